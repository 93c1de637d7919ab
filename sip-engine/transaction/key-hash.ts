import type { EngineRandom } from '../ports.ts';

/** HalfSipHash (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), its constants for a result of 64 bits. */
const THIRD = 0x6c796765;
const FOURTH = 0x74656462;
const WIDE = 0xee;
const WIDE_MIDDLE = 0xdd;
const LAST_ROUNDS = 3;

/**
 * 64 bits that stand for a text: what is kept for half a minute is found by numbers, where a key would be another object
 * for every collection of garbage. They are left in `high` and `low`, so that looking something up makes no objects.
 * HalfSipHash-1-3, since strangers choose the texts: who does not know its key finds neither two texts that look alike
 * nor many that share a place.
 */
export class KeyHash {
  readonly #key0: number;
  readonly #key1: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  high = 0;
  low = 0;

  /** The key: 32 bits each, which nothing that is sent may tell of. */
  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0;
    this.#key1 = key1 | 0;
  }

  /** With a key of its own. */
  static keyed(random: Pick<EngineRandom, 'hex'>): KeyHash {
    return new KeyHash(Number.parseInt(random.hex(8), 16), Number.parseInt(random.hex(8), 16));
  }

  of(text: string): this {
    return this.begin().text(text).end();
  }

  /** Of several texts and numbers, without putting them together: `begin`, each in its turn, `end`. */
  begin(): this {
    this.#v0 = this.#key0;
    this.#v1 = this.#key1 ^ WIDE;
    this.#v2 = this.#key0 ^ THIRD;
    this.#v3 = this.#key1 ^ FOURTH;
    return this;
  }

  text(text: string): this {
    const { length } = text;
    // Words of two characters; the length before them tells a last one that is alone from one behind which a 0 stands.
    this.#take(length);
    const even = length & ~1;
    for (let at = 0; at < even; at += 2) this.#take(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
    if (even < length) this.#take(text.charCodeAt(even));
    return this;
  }

  /** 32 bits. */
  number(number: number): this {
    this.#take(number | 0);
    return this;
  }

  end(): this {
    this.#v2 ^= WIDE;
    this.low = this.#last();
    this.#v1 ^= WIDE_MIDDLE;
    this.high = this.#last();
    return this;
  }

  #take(word: number): void {
    this.#v3 ^= word;
    this.#round();
    this.#v0 ^= word;
  }

  #last(): number {
    for (let round = 0; round < LAST_ROUNDS; round += 1) this.#round();
    return this.#v1 ^ this.#v3;
  }

  #round(): void {
    let v0 = (this.#v0 + this.#v1) | 0;
    let v1 = rotated(this.#v1, 5) ^ v0;
    let v2 = (this.#v2 + this.#v3) | 0;
    let v3 = rotated(this.#v3, 8) ^ v2;
    v0 = (rotated(v0, 16) + v3) | 0;
    v3 = rotated(v3, 7) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = rotated(v1, 13) ^ v2;
    v2 = rotated(v2, 16);
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
