const NONCE = 'nonce="';
const MOST_BYTES = 128;
const PRETENDED = Buffer.from('0123456789abcdef0123456789abcdef0123456789abcdef0123456789', 'latin1');

/**
 * The last nonce of each PBX, outside the heap: of texts each collection of the young had ten thousand to move, and what was due
 * meanwhile came to the server at once.
 */
export class Nonces {
  readonly #bytes: Buffer;
  readonly #lengths: Uint8Array;

  constructor(count: number) {
    this.#bytes = Buffer.alloc(count * MOST_BYTES);
    this.#lengths = new Uint8Array(count);
  }

  has(index: number): boolean {
    return (this.#lengths[index] ?? 0) > 0;
  }

  text(index: number): string {
    const at = index * MOST_BYTES;
    return this.#bytes.toString('latin1', at, at + (this.#lengths[index] ?? 0));
  }

  /**
   * The nonce of a challenge.
   * @throws RangeError when there is none, or one of more than 128 bytes
   */
  take(index: number, challenge: Buffer): void {
    const before = challenge.indexOf(NONCE, 0, 'latin1');
    const at = before + NONCE.length;
    const end = challenge.indexOf('"', at, 'latin1');
    if (before < 0 || end < 0) throw new RangeError('a challenge has no nonce');
    this.#keep(index, challenge, at, end);
  }

  /** Any text in place of nonces, for a server that gives none. */
  pretend(): void {
    for (let index = 0; index < this.#lengths.length; index++) this.#keep(index, PRETENDED, 0, PRETENDED.length);
  }

  #keep(index: number, from: Buffer, start: number, end: number): void {
    if (end - start > MOST_BYTES) throw new RangeError(`a nonce has ${end - start} bytes, and may have ${MOST_BYTES}`);
    from.copy(this.#bytes, index * MOST_BYTES, start, end);
    this.#lengths[index] = end - start;
  }
}
