/** No entry: below every number. */
export const NONE = -1;

/**
 * The newest entry of each bucket, by its number. When a larger table takes over, this one stays as it is for as long as
 * its entries do: what comes then leads to them, so that nothing is ever moved, which takes tens of milliseconds for
 * 100,000 entries.
 */
export class BucketHeads {
  readonly size: number;
  readonly #mask: number;
  /** One more than the number, so that all begins with the zeroes that the system gives when they are first touched. */
  readonly #behindNewest: Float64Array;
  /** The smaller table before it, and the first number that is not in that. */
  #smaller: BucketHeads | undefined;
  readonly #since: number;

  /** A power of two. */
  constructor(size: number, smaller?: BucketHeads, since = 0) {
    this.size = size;
    this.#mask = size - 1;
    this.#behindNewest = new Float64Array(size);
    this.#smaller = smaller;
    this.#since = since;
  }

  /** The newest whose hash may end in that word; those before it may be in the smaller table's chain. */
  newest(low: number): number {
    const number = (this.#behindNewest[low & this.#mask] ?? 0) - 1;
    return number === NONE && this.#smaller !== undefined ? this.#smaller.newest(low) : number;
  }

  put(low: number, number: number): void {
    this.#behindNewest[low & this.#mask] = number + 1;
  }

  /** Nothing before `oldest` is asked for any more. Told whenever a page begins: until then the smaller table stays. */
  forget(oldest: number): void {
    if (oldest >= this.#since) this.#smaller = undefined;
    else this.#smaller?.forget(oldest);
  }
}
