import type { RealmRecord } from '../bus/index.ts';
import { challengeLines, type Offer } from './challenge.ts';

/** Realms whose challenge is kept, a kilobyte each: tenants have domains of their own, and one made anew is dearer than texts. */
const MOST_REALMS = 16_384;

/** The challenges to REGISTERs without credentials, by realm, until its record is another. */
export class RealmChallenges {
  readonly #offer: Offer;
  readonly #nonceLength: number;
  readonly #known = new Map<string, ChallengeBytes>();

  constructor(offer: Offer, nonceLength: number) {
    this.#offer = offer;
    this.#nonceLength = nonceLength;
  }

  of(realm: RealmRecord): ChallengeBytes {
    const known = this.#known.get(realm.realm);
    if (known?.realm === realm) return known;
    const made = new ChallengeBytes(realm, this.#offer, this.#nonceLength);
    if (this.#known.size >= MOST_REALMS) this.#known.clear();
    this.#known.set(realm.realm, made);
    return made;
  }
}

/**
 * The challenge lines of a realm as the bytes of one answer, in which only the nonce changes from one to the next: nearly
 * every challenge is that of a first REGISTER, and needs neither texts nor lists.
 */
class ChallengeBytes {
  readonly realm: RealmRecord;
  readonly #bytes: Uint8Array;
  readonly #places: readonly number[];

  /** For nonces of so many characters. */
  constructor(realm: RealmRecord, offer: Offer, nonceLength: number) {
    const lines = challengeLines('www', realm, '\0'.repeat(nonceLength), false, offer);
    this.realm = realm;
    this.#bytes = new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(''));
    this.#places = lines.map((_, index) => placeOf(this.#bytes, index, nonceLength));
  }

  /** The lines with that nonce, each with its CR LF; good until it is called again. */
  with(nonce: Uint8Array): Uint8Array {
    for (const place of this.#places) this.#bytes.set(nonce, place);
    return this.#bytes;
  }
}

/** Where the nonce of that line belongs; nothing else is zeros. */
function placeOf(bytes: Uint8Array, line: number, nonceLength: number): number {
  let at = bytes.indexOf(0);
  for (let before = 0; before < line; before += 1) at = bytes.indexOf(0, at + nonceLength);
  return at;
}
