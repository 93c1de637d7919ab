import type { Flow } from '../transport/types.ts';
import { BucketHeads } from './bucket-heads.ts';
import { type ByteSlab, NOWHERE } from './byte-slab.ts';
import {
  BEFORE,
  BYTE_COUNT,
  BYTES_AT,
  DUE_MS,
  HIGH,
  IS_THERE,
  LOW,
  NOTE_HIGH,
  NOTE_LOW,
  numbersOf,
  PAGE_BITS,
  PAGE_ENTRIES,
  placeOf,
  RingPage,
  wordsOf,
} from './ring-page.ts';

export { NONE } from './bucket-heads.ts';

/** What an entry is known by, and 64 bits that may go with it. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

/** The numbers of a hash that is used again. */
export function copied({ high, low }: Hash): Hash {
  return { high, low };
}

/** What is kept of a transaction where objects are not: bytes, and the way they leave by. */
export interface Remains {
  readonly bytes: Buffer;
  readonly flow: Flow;
}

/** What is added. */
export interface RingEntry<V> {
  readonly value?: V | undefined;
  /** Told of when its time is over. */
  readonly note?: Hash | undefined;
  /** Bytes to keep, one behind the other. */
  readonly parts?: readonly Uint8Array[] | undefined;
  /** The way they leave by: one that others share. */
  readonly flow?: Flow | undefined;
}

/**
 * The memory of a ring: pages of entries, and chains through them of entries that share a bucket, the newest first. There is
 * one page more where the oldest one is still in use, else that one is used again; growing moves no entry.
 */
export class RingPlaces<V> {
  readonly #slab: ByteSlab;
  /** A power of two of places for them, used round and round. */
  #pages: (RingPage<V> | undefined)[] = [undefined];
  #pageMask = 0;
  /** The oldest page that there is, by its number. */
  #firstPage = 0;
  #heads = new BucketHeads(PAGE_ENTRIES);
  /** The first number that has no place yet. */
  #end = 0;

  constructor(slab: ByteSlab) {
    this.#slab = slab;
  }

  /** Puts an entry behind all others; nothing is left of those before `oldest`. */
  put(oldest: number, number: number, key: Hash, entry: RingEntry<V>, dueMs: number): void {
    if (number >= this.#end) this.#open(oldest, number);
    const { words, numbers } = this.#page(number);
    const at = wordsOf(number);
    const { note } = entry;
    words[at + HIGH] = key.high;
    words[at + LOW] = key.low;
    words[at + NOTE_HIGH] = note === undefined ? 0 : note.high;
    words[at + NOTE_LOW] = note === undefined ? 0 : note.low;
    words[at + IS_THERE] = 1;
    const numbersAt = numbersOf(number);
    numbers[numbersAt + DUE_MS] = dueMs;
    numbers[numbersAt + BYTES_AT] = NOWHERE;
    this.fill(number, entry);
    // Last: where there is no memory for its bytes nothing leads to it.
    numbers[numbersAt + BEFORE] = this.#heads.newest(key.low);
    this.#heads.put(key, number, oldest);
  }

  /** Another value or other bytes in place of what it had. */
  fill(number: number, { value, parts, flow }: RingEntry<V>): void {
    const page = this.#page(number);
    const place = placeOf(number);
    this.#freeBytes(page, number);
    page.values[place] = value;
    page.flows[place] = flow;
    if (parts === undefined) return;
    page.numbers[numbersOf(number) + BYTES_AT] = this.#slab.keep(parts);
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    page.words[wordsOf(number) + BYTE_COUNT] = bytes;
  }

  /** False when surely none has that key. */
  mayHave(key: Hash): boolean {
    return this.#heads.mayHave(key);
  }

  newest(low: number): number {
    return this.#heads.newest(low);
  }

  before(number: number): number {
    return this.#number(number, BEFORE);
  }

  is(number: number, high: number, low: number): boolean {
    const { words } = this.#page(number);
    const at = wordsOf(number);
    return words[at + HIGH] === high && words[at + LOW] === low && words[at + IS_THERE] === 1;
  }

  isThere(number: number): boolean {
    return this.#word(number, IS_THERE) === 1;
  }

  dueMs(number: number): number {
    return this.#number(number, DUE_MS);
  }

  value(number: number): V | undefined {
    return this.#page(number).values[placeOf(number)];
  }

  note(number: number): Hash {
    return { high: this.#word(number, NOTE_HIGH), low: this.#word(number, NOTE_LOW) };
  }

  remains(number: number): Remains | undefined {
    const flow = this.#page(number).flows[placeOf(number)];
    const place = this.#number(number, BYTES_AT);
    if (flow === undefined || place === NOWHERE) return undefined;
    return { flow, bytes: this.#slab.read(place, this.#word(number, BYTE_COUNT)) };
  }

  clear(number: number): void {
    const page = this.#page(number);
    const place = placeOf(number);
    page.words[wordsOf(number) + IS_THERE] = 0;
    this.#freeBytes(page, number);
    page.values[place] = undefined;
    page.flows[place] = undefined;
  }

  /** Makes places from `next` on. */
  #open(oldest: number, next: number): void {
    this.#heads.forget(oldest);
    const page = this.#unused(oldest) ?? new RingPage<V>();
    if (pageNumber(next) - this.#firstPage >= this.#pages.length) this.#grow(next);
    this.#pages[pageNumber(next) & this.#pageMask] = page;
    this.#end += PAGE_ENTRIES;
  }

  /** The oldest page, if all its entries are gone. */
  #unused(oldest: number): RingPage<V> | undefined {
    if (this.#firstPage >= pageNumber(oldest)) return undefined;
    const slot = this.#firstPage & this.#pageMask;
    const page = this.#pages[slot];
    this.#pages[slot] = undefined;
    this.#firstPage += 1;
    return page;
  }

  /** Room for twice as many; pages stay what they are. */
  #grow(next: number): void {
    const [pages, mask] = [this.#pages, this.#pageMask];
    const count = pages.length * 2;
    this.#pageMask = count - 1;
    this.#pages = new Array<RingPage<V> | undefined>(count).fill(undefined);
    for (let page = this.#firstPage; page < pageNumber(next); page++)
      this.#pages[page & this.#pageMask] = pages[page & mask];
    this.#heads = new BucketHeads(this.#heads.size * 2, this.#heads, next);
  }

  #page(number: number): RingPage<V> {
    return this.#pages[(number >>> PAGE_BITS) & this.#pageMask] ?? noPage(number);
  }

  #word(number: number, field: number): number {
    return this.#page(number).words[wordsOf(number) + field] ?? 0;
  }

  #number(number: number, field: number): number {
    return this.#page(number).numbers[numbersOf(number) + field] ?? 0;
  }

  #freeBytes({ numbers }: RingPage<V>, number: number): void {
    const at = numbersOf(number) + BYTES_AT;
    const place = numbers[at] ?? NOWHERE;
    if (place !== NOWHERE) this.#slab.free(place);
    numbers[at] = NOWHERE;
  }
}

function pageNumber(number: number): number {
  return Math.floor(number / PAGE_ENTRIES);
}

function noPage(number: number): never {
  throw new RangeError(`entry ${number} has no place`);
}
