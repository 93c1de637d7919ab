import type { Flow } from '../transport/types.ts';

/** How many entries a page has. */
export const PAGE_BITS = 12;
export const PAGE_ENTRIES = 1 << PAGE_BITS;

/** Words of 32 bits in an entry, and numbers of 64 bits in the same memory. */
const WORDS = 12;
const NUMBERS = WORDS / 2;

/** Where each word stands in an entry; the last six words are three numbers. */
export const HIGH = 0;
export const LOW = 1;
export const NOTE_HIGH = 2;
export const NOTE_LOW = 3;
export const BYTE_COUNT = 4;
export const IS_THERE = 5;

/** Where each number stands. */
export const DUE_MS = 3;
export const BYTES_AT = 4;
/** The number of the entry before it in its bucket. */
export const BEFORE = 5;

/**
 * The memory of some entries of a ring, one behind the other. All of an entry stands together: with 100,000 of them what
 * costs is how many places of memory are looked at.
 */
export class RingPage<V> {
  readonly words = new Int32Array(PAGE_ENTRIES * WORDS);
  readonly numbers = new Float64Array(this.words.buffer);
  readonly values = new Array<V | undefined>(PAGE_ENTRIES).fill(undefined);
  readonly flows = new Array<Flow | undefined>(PAGE_ENTRIES).fill(undefined);
}

/** Its place in `values` and `flows`. */
export function placeOf(number: number): number {
  return number & (PAGE_ENTRIES - 1);
}

/** Where its words begin. */
export function wordsOf(number: number): number {
  return placeOf(number) * WORDS;
}

/** Where its numbers begin. */
export function numbersOf(number: number): number {
  return placeOf(number) * NUMBERS;
}
