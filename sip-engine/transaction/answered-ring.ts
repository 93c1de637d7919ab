import type { EngineClock } from '../ports.ts';
import type { Timer, TimingWheel } from '../timer/index.ts';

/** Places at the start: a power of two, and twice as many whenever all are taken. */
const LEAST_PLACES = 256;
/** No entry: below every number. */
const NONE = -1;

/** What an entry is known by. */
interface Key {
  readonly high: number;
  readonly low: number;
}

export interface RingDeps<V> {
  readonly clock: EngineClock;
  /** Absent where nothing is told of: what is over then goes when something is added or asked for. */
  readonly wheel?: TimingWheel;
  /** How long each entry stays, in ms. */
  readonly lifeMs: number;
  /** Told of the value of an entry whose time is over, once it is gone. */
  readonly onOver?: (value: V) => void;
}

/**
 * Answered transactions, for as long as they may be asked for again: 32 s or 5 s of every request, where their objects
 * would be copied and promoted by collections of garbage. So an entry is numbers in columns, a ring in the order of
 * time with one timer for all, found by the hash of its key, and a value only where one is needed.
 */
export class AnsweredRing<V extends object> {
  readonly #deps: RingDeps<V>;
  #places = new Places<V>(LEAST_PLACES);
  /** Entries are numbered; those from `oldest` up to `next` are there, unless they were removed. */
  #oldest = 0;
  #next = 0;
  #size = 0;
  #timer: Timer | undefined;

  constructor(deps: RingDeps<V>) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#size;
  }

  add(key: Key, value?: V): void {
    this.#forgetUnasked();
    if (this.#next - this.#oldest === this.#places.size) this.#places = this.#places.grown(this.#oldest, this.#next);
    this.#places.put(this.#next, key, value, this.#deps.clock.nowMs() + this.#deps.lifeMs);
    this.#next += 1;
    this.#size += 1;
    if (this.#timer === undefined) this.#arm();
  }

  has(key: Key): boolean {
    this.#forgetUnasked();
    return this.#find(key) !== NONE;
  }

  get(key: Key): V | undefined {
    const found = this.#find(key);
    return found === NONE ? undefined : this.#places.value(found);
  }

  remove(key: Key): boolean {
    const found = this.#find(key);
    if (found === NONE) return false;
    this.#drop(found);
    return true;
  }

  /** Ends all, as if their time were over. */
  close(): void {
    this.#endUntil(Number.POSITIVE_INFINITY);
  }

  #find({ high, low }: Key): number {
    const places = this.#places;
    for (let number = places.newest(low); number >= this.#oldest; number = places.before(number)) {
      if (places.is(number, high, low)) return number;
    }
    return NONE;
  }

  #drop(number: number): void {
    this.#places.clear(number);
    this.#size -= 1;
    if (this.#size > 0) return;
    this.#oldest = this.#next;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #endUntil(endMs: number): void {
    while (this.#oldest < this.#next && this.#places.dueMs(this.#oldest) <= endMs) {
      const number = this.#oldest;
      this.#oldest += 1;
      if (!this.#places.isThere(number)) continue;
      const value = this.#places.value(number);
      this.#drop(number);
      if (value !== undefined) this.#deps.onOver?.(value);
    }
  }

  #forgetUnasked(): void {
    if (this.#deps.wheel === undefined) this.#endUntil(this.#deps.clock.nowMs());
  }

  #arm(): void {
    const { clock, wheel } = this.#deps;
    this.#timer = wheel?.after(this.#places.dueMs(this.#oldest) - clock.nowMs(), () => {
      // Over: what is added by whoever is told of an end has a timer of its own.
      this.#timer = undefined;
      this.#endUntil(clock.nowMs());
      if (this.#size > 0 && this.#timer === undefined) this.#arm();
    });
  }
}

/** The memory of a ring: columns, and chains through them of entries that share a bucket, the newest first. */
class Places<V> {
  /** A power of two. */
  readonly size: number;
  readonly #mask: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #isThere: Uint8Array;
  readonly #dueMs: Float64Array;
  readonly #values: (V | undefined)[];
  /** The number of the entry before it in its bucket. */
  readonly #before: Float64Array;
  /** The number of the newest entry, by bucket. */
  readonly #newest: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#mask = size - 1;
    this.#high = new Int32Array(size);
    this.#low = new Int32Array(size);
    this.#isThere = new Uint8Array(size);
    this.#dueMs = new Float64Array(size);
    this.#values = new Array<V | undefined>(size).fill(undefined);
    this.#before = new Float64Array(size);
    this.#newest = new Float64Array(size).fill(NONE);
  }

  put(number: number, { high, low }: Key, value: V | undefined, dueMs: number): void {
    const at = number & this.#mask;
    this.#high[at] = high;
    this.#low[at] = low;
    this.#isThere[at] = 1;
    this.#dueMs[at] = dueMs;
    this.#values[at] = value;
    this.#before[at] = this.newest(low);
    this.#newest[low & this.#mask] = number;
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

  clear(number: number): void {
    this.#isThere[number & this.#mask] = 0;
    this.#values[number & this.#mask] = undefined;
  }

  /** Twice as large, with the entries from `oldest` up to `next`. */
  grown(oldest: number, next: number): Places<V> {
    const larger = new Places<V>(this.size * 2);
    for (let number = oldest; number < next; number += 1) {
      const at = number & this.#mask;
      const key = { high: this.#high[at] ?? 0, low: this.#low[at] ?? 0 };
      larger.put(number, key, this.#values[at], this.#dueMs[at] ?? 0);
      if (this.#isThere[at] === 0) larger.clear(number);
    }
    return larger;
  }
}
