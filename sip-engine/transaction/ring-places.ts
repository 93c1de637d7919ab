import type { Flow } from '../transport/types.ts';
import { ByteSlab, NOWHERE } from './byte-slab.ts';

/** No entry: below every number. */
export const NONE = -1;

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

/** The memory of a ring: columns, and chains through them of entries that share a bucket, the newest first. */
export class RingPlaces<V> {
  /** A power of two. */
  readonly size: number;
  readonly #mask: number;
  readonly #slab: ByteSlab;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #noteHigh: Int32Array;
  readonly #noteLow: Int32Array;
  readonly #isThere: Uint8Array;
  readonly #dueMs: Float64Array;
  readonly #bytesAt: Float64Array;
  readonly #byteCount: Int32Array;
  readonly #values: (V | undefined)[];
  readonly #flows: (Flow | undefined)[];
  /** The number of the entry before it in its bucket. */
  readonly #before: Float64Array;
  /** The number of the newest entry, by bucket. */
  readonly #newest: Float64Array;

  constructor(size: number, slab = new ByteSlab()) {
    this.size = size;
    this.#mask = size - 1;
    this.#slab = slab;
    this.#high = new Int32Array(size);
    this.#low = new Int32Array(size);
    this.#noteHigh = new Int32Array(size);
    this.#noteLow = new Int32Array(size);
    this.#isThere = new Uint8Array(size);
    this.#dueMs = new Float64Array(size);
    this.#bytesAt = new Float64Array(size).fill(NOWHERE);
    this.#byteCount = new Int32Array(size);
    this.#values = new Array<V | undefined>(size).fill(undefined);
    this.#flows = new Array<Flow | undefined>(size).fill(undefined);
    this.#before = new Float64Array(size);
    this.#newest = new Float64Array(size).fill(NONE);
  }

  put(number: number, { high, low }: Hash, entry: RingEntry<V>, dueMs: number): void {
    const at = number & this.#mask;
    const { note } = entry;
    this.#high[at] = high;
    this.#low[at] = low;
    this.#noteHigh[at] = note === undefined ? 0 : note.high;
    this.#noteLow[at] = note === undefined ? 0 : note.low;
    this.#isThere[at] = 1;
    this.#dueMs[at] = dueMs;
    this.#bytesAt[at] = NOWHERE;
    this.fill(number, entry);
    this.#before[at] = this.newest(low);
    this.#newest[low & this.#mask] = number;
  }

  /** Another value or other bytes in place of what it had. */
  fill(number: number, { value, parts, flow }: RingEntry<V>): void {
    const at = number & this.#mask;
    this.#freeBytes(at);
    this.#values[at] = value;
    this.#flows[at] = flow;
    if (parts === undefined) return;
    this.#bytesAt[at] = this.#slab.keep(parts);
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    this.#byteCount[at] = bytes;
  }

  newest(low: number): number {
    return this.#newest[low & this.#mask] ?? NONE;
  }

  before(number: number): number {
    return this.#before[number & this.#mask] ?? NONE;
  }

  is(number: number, high: number, low: number): boolean {
    const at = number & this.#mask;
    return this.#high[at] === high && this.#low[at] === low && this.#isThere[at] === 1;
  }

  isThere(number: number): boolean {
    return this.#isThere[number & this.#mask] === 1;
  }

  dueMs(number: number): number {
    return this.#dueMs[number & this.#mask] ?? 0;
  }

  value(number: number): V | undefined {
    return this.#values[number & this.#mask];
  }

  note(number: number): Hash {
    const at = number & this.#mask;
    return { high: this.#noteHigh[at] ?? 0, low: this.#noteLow[at] ?? 0 };
  }

  remains(number: number): Remains | undefined {
    const at = number & this.#mask;
    const flow = this.#flows[at];
    const place = this.#bytesAt[at] ?? NOWHERE;
    if (flow === undefined || place === NOWHERE) return undefined;
    return { flow, bytes: this.#slab.read(place, this.#byteCount[at] ?? 0) };
  }

  clear(number: number): void {
    const at = number & this.#mask;
    this.#isThere[at] = 0;
    this.#freeBytes(at);
    this.#values[at] = undefined;
    this.#flows[at] = undefined;
  }

  /** Twice as large, with the entries from `oldest` up to `next`. */
  grown(oldest: number, next: number): RingPlaces<V> {
    const larger = new RingPlaces<V>(this.size * 2, this.#slab);
    for (let number = oldest; number < next; number += 1) larger.#take(number, this);
    return larger;
  }

  #take(number: number, other: RingPlaces<V>): void {
    const from = number & other.#mask;
    const at = number & this.#mask;
    const key = { high: other.#high[from] ?? 0, low: other.#low[from] ?? 0 };
    this.put(number, key, { value: other.#values[from], flow: other.#flows[from] }, other.dueMs(number));
    this.#noteHigh[at] = other.#noteHigh[from] ?? 0;
    this.#noteLow[at] = other.#noteLow[from] ?? 0;
    this.#bytesAt[at] = other.#bytesAt[from] ?? NOWHERE;
    this.#byteCount[at] = other.#byteCount[from] ?? 0;
    this.#isThere[at] = other.#isThere[from] ?? 0;
  }

  #freeBytes(at: number): void {
    const place = this.#bytesAt[at] ?? NOWHERE;
    if (place !== NOWHERE) this.#slab.free(place);
    this.#bytesAt[at] = NOWHERE;
  }
}
