/** Nonces remembered; a power of two. A PBX answers its challenge within a moment, and many use the nonce again. */
const PLACES = 1 << 14;

/**
 * The last nonces that we signed or found signed by us, character by character in one block of memory: of one of these
 * the signature need not be computed. It is the same proof: who presents all its characters has a nonce of ours.
 */
export class RecentNonces {
  readonly #length: number;
  readonly #codes: Uint8Array;
  readonly #realms: string[];

  /** All nonces are of that length, and ASCII. */
  constructor(length: number) {
    this.#length = length;
    this.#codes = new Uint8Array(PLACES * length);
    this.#realms = new Array<string>(PLACES).fill('');
  }

  /** Remembers a nonce of ours for that realm, in the place of an older one. */
  put(counter: number, nonce: string, realm: string): void {
    const place = counter & (PLACES - 1);
    setCodes(this.#codes, place * this.#length, nonce);
    this.#realms[place] = realm;
  }

  /** `put` for a nonce whose characters stand in memory. */
  putCodes(counter: number, nonce: Uint8Array, realm: string): void {
    const place = counter & (PLACES - 1);
    this.#codes.set(nonce, place * this.#length);
    this.#realms[place] = realm;
  }

  /** Whether this very nonce was put for that realm; takes the same time wherever another one differs. */
  has(counter: number, nonce: string, realm: string): boolean {
    const place = counter & (PLACES - 1);
    if (nonce.length !== this.#length || this.#realms[place] !== realm) return false;
    const start = place * this.#length;
    let difference = 0;
    for (let at = 0; at < this.#length; at += 1) difference |= (this.#codes[start + at] ?? 0) ^ nonce.charCodeAt(at);
    return difference === 0;
  }
}

/** Writes ASCII from that place on. */
export function setCodes(codes: Uint8Array, start: number, text: string): void {
  for (let at = 0; at < text.length; at += 1) codes[start + at] = text.charCodeAt(at);
}
