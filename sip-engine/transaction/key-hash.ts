const HIGH_PRIME = 0x01000193;
const LOW_PRIME = 0x85ebca6b;
const ALL_ONES = 0xffffffff;

/**
 * 64 bits that stand for a text: what is kept for half a minute is found by numbers, where a key would be another object
 * for every collection of garbage. They are left in `high` and `low`, so that looking something up makes no objects.
 */
export class KeyHash {
  readonly #seed: number;
  high = 0;
  low = 0;

  /** `seed` keeps strangers from choosing texts that look alike. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  of(text: string): this {
    let high = this.#seed ^ text.length;
    let low = this.#seed ^ ALL_ONES;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ (high >>> 15) ^ code, HIGH_PRIME);
      low = Math.imul(low ^ (low >>> 13) ^ code, LOW_PRIME);
    }
    this.high = high ^ (high >>> 16);
    this.low = low ^ (low >>> 16);
    return this;
  }
}
