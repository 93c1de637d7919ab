import type { Hash } from './ring-places.ts';

/** No entry: below every number. */
export const NONE = -1;

/**
 * A bucket is two words: the lower 32 bits of a number, and the 9 above those with 23 marks below them. Numbers are used up after three
 * years of 20,000 a second; from then on nothing is found.
 */
const WORDS = 2;
const WORD = 2 ** 32;
const NUMBER_BITS = 9;
const ABOVE_MARKS = 32 - NUMBER_BITS;
const ALL_MARKS = (1 << ABOVE_MARKS) - 1;

/**
 * The newest entry of each bucket, by its number, and marks of all that are in it: nearly every question is for a hash that is
 * not there, and its mark says so without a look at entries, which are megabytes that no cache holds.
 *
 * When a larger table takes over, this one stays as it is for as long as its entries do: what comes then leads to them, so that
 * nothing is ever moved, which takes tens of milliseconds for 100,000 entries.
 */
export class BucketHeads {
  readonly size: number;
  readonly #mask: number;
  /**
   * One more than the number, so that all begins with the zeroes that the system gives when they are first touched; and the
   * marks of all in the bucket, each of which stands for a 23rd of all hashes.
   */
  readonly #words: Uint32Array;
  /** The smaller table before it, and the first number that is not in that. */
  #smaller: BucketHeads | undefined;
  readonly #since: number;

  /** A power of two. */
  constructor(size: number, smaller?: BucketHeads, since = 0) {
    this.size = size;
    this.#mask = size - 1;
    this.#words = new Uint32Array(size * WORDS);
    this.#smaller = smaller;
    this.#since = since;
  }

  /** False when surely no entry has that hash. */
  mayHave(hash: Hash): boolean {
    if (((this.#words[this.#wordsOf(hash.low) + 1] ?? 0) & markOf(hash.high)) !== 0) return true;
    return this.#smaller?.mayHave(hash) ?? false;
  }

  /** The newest whose hash may end in that word; those before it may be in the smaller table's chain. */
  newest(low: number): number {
    const number = this.#numberAt(this.#wordsOf(low));
    return number === NONE && this.#smaller !== undefined ? this.#smaller.newest(low) : number;
  }

  /** Where even the newest of a bucket is before `oldest`, all of it is gone, and so are its marks. */
  put({ high, low }: Hash, number: number, oldest: number): void {
    const words = this.#words;
    const at = this.#wordsOf(low);
    const marks = this.#numberAt(at) < oldest ? 0 : (words[at + 1] ?? 0) & ALL_MARKS;
    words[at] = number + 1;
    words[at + 1] = (Math.floor((number + 1) / WORD) << ABOVE_MARKS) | marks | markOf(high);
  }

  /** Nothing before `oldest` is asked for any more. Told whenever a page begins: until then the smaller table stays. */
  forget(oldest: number): void {
    if (oldest >= this.#since) this.#smaller = undefined;
    else this.#smaller?.forget(oldest);
  }

  /** Where those of a bucket begin. */
  #wordsOf(low: number): number {
    return (low & this.#mask) * WORDS;
  }

  #numberAt(at: number): number {
    const words = this.#words;
    return ((words[at + 1] ?? 0) >>> ABOVE_MARKS) * WORD + (words[at] ?? 0) - 1;
  }
}

/** By the word that does not choose the bucket. */
function markOf(high: number): number {
  return 1 << ((high >>> 0) % ABOVE_MARKS);
}
