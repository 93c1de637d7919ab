import { randomFillSync } from 'node:crypto';

/** Bytes fetched from the system at once: one call serves many branches. */
const POOL_BYTES = 4_096;
/** Bytes that are made one text of digits. Small, since a long slice of a text keeps the whole alive. */
const TEXT_BYTES = 512;
/** A call needs five; one text of them all is small enough for a slice to keep alive. */
const UUIDS_AT_ONCE = 16;
const UUID_LENGTH = 36;
/** Where the two digits of each byte of a UUID stand. */
const PLACES: readonly number[] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DIGITS: readonly number[] = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0));

/** Texts of random bytes of the system's: each byte is used for one text. */
export class RandomTexts {
  /** Used again and again: a block of its own for some texts costs more than the texts. */
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #poolUsed = POOL_BYTES;
  #digits = '';
  #digitsUsed = 0;
  readonly #uuidBytes = Buffer.alloc(UUIDS_AT_ONCE * UUID_LENGTH, '-');
  #uuids = '';
  #uuidsUsed = 0;

  /** Lower-case hexadecimal text of `length` characters. */
  hex(length: number): string {
    if (length > TEXT_BYTES) return this.#digitsOf(Math.ceil(length / 2)).slice(0, length);
    if (this.#digitsUsed + length > this.#digits.length) {
      this.#digits = this.#digitsOf(TEXT_BYTES);
      this.#digitsUsed = 0;
    }
    const from = this.#digitsUsed;
    this.#digitsUsed += length;
    return this.#digits.slice(from, from + length);
  }

  /** A random UUID (RFC 9562 5.4). */
  uuid(): string {
    if (this.#uuidsUsed === this.#uuids.length) {
      this.#uuids = this.#makeUuids();
      this.#uuidsUsed = 0;
    }
    const from = this.#uuidsUsed;
    this.#uuidsUsed += UUID_LENGTH;
    return this.#uuids.slice(from, from + UUID_LENGTH);
  }

  #digitsOf(bytes: number): string {
    if (bytes > POOL_BYTES) return randomFillSync(Buffer.alloc(bytes)).toString('hex');
    const from = this.#take(bytes);
    return this.#pool.toString('hex', from, from + bytes);
  }

  /** One behind the other. The system's own come as trees of pieces, ten times the size, which had to be copied. */
  #makeUuids(): string {
    const texts = this.#uuidBytes;
    let from = this.#take(UUIDS_AT_ONCE * PLACES.length);
    for (let at = 0; at < texts.length; at += UUID_LENGTH) {
      for (let index = 0; index < PLACES.length; index++) {
        const byte = this.#pool[from++] ?? 0;
        const to = at + (PLACES[index] ?? 0);
        texts[to] = DIGITS[byte >> 4] ?? 0;
        texts[to + 1] = DIGITS[byte & 15] ?? 0;
      }
      // The version, and the variant: 4, and two bits of a digit.
      texts[at + 14] = DIGITS[4] ?? 0;
      texts[at + 19] = DIGITS[8 | (((this.#pool[from - 8] ?? 0) >> 4) & 3)] ?? 0;
    }
    return texts.toString('latin1');
  }

  /** Where so many bytes stand that nobody has had. */
  #take(bytes: number): number {
    if (this.#poolUsed + bytes > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#poolUsed = 0;
    }
    const from = this.#poolUsed;
    this.#poolUsed += bytes;
    return from;
  }
}
