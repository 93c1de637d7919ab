import type { EngineClock } from '../ports.ts';
import type { Timer, TimingWheel } from '../timer/index.ts';
import { ByteSlab } from './byte-slab.ts';
import { type Hash, NONE, type Remains, type RingEntry, RingPlaces } from './ring-places.ts';

const NOTHING = { value: undefined, note: undefined, parts: undefined, flow: undefined };
const MOST_ENTRIES = 2 ** 20;
const MOST_BYTES = 256 * 1024 * 1024;

export interface RingDeps<V> {
  readonly clock: EngineClock;
  /** Absent where nothing is told of: what is over then goes when something is added or asked for. */
  readonly wheel?: TimingWheel;
  /** How long each entry stays, in ms. */
  readonly lifeMs: number;
  /** Told of an entry whose time is over, once it is gone. */
  readonly onOver?: (value: V | undefined, note: Hash) => void;
  /** For more the oldest make room, as if their time were over. @default 1048576 */
  readonly maxEntries?: number | undefined;
  /** The same for the room in bytes that their bytes take. @default 268435456 */
  readonly maxBytes?: number | undefined;
}

/**
 * Answered transactions, for as long as they may be asked for again: 32 s or 5 s of every request, where their objects
 * would be copied and promoted by collections of garbage. So an entry is numbers in columns, a ring in the order of
 * time with one timer for all, found by the hash of its key; what has to be said again is bytes outside the heap,
 * and there is a value only where one is needed.
 */
export class AnsweredRing<V extends object> {
  readonly #deps: RingDeps<V>;
  readonly #slab = new ByteSlab();
  readonly #places = new RingPlaces<V>(this.#slab);
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

  add(key: Hash, entry: RingEntry<V> = NOTHING): void {
    this.#forgetUnasked();
    this.#makeRoom();
    this.#places.put(this.#oldest, this.#next, key, entry, this.#deps.clock.nowMs() + this.#deps.lifeMs);
    this.#next += 1;
    this.#size += 1;
    if (this.#timer === undefined) this.#arm();
  }

  has(key: Hash): boolean {
    this.#forgetUnasked();
    return this.#find(key) !== NONE;
  }

  get(key: Hash): V | undefined {
    const found = this.#find(key);
    return found === NONE ? undefined : this.#places.value(found);
  }

  /** A copy of the bytes that were kept, and their way. */
  remains(key: Hash): Remains | undefined {
    const found = this.#find(key);
    return found === NONE ? undefined : this.#places.remains(found);
  }

  /** Keeps something else of an entry until its time is over. False where there is none. */
  refill(key: Hash, entry: RingEntry<V>): boolean {
    const found = this.#find(key);
    if (found !== NONE) this.#places.fill(found, entry);
    return found !== NONE;
  }

  remove(key: Hash): boolean {
    const found = this.#find(key);
    if (found === NONE) return false;
    this.#drop(found);
    return true;
  }

  /** Ends one before its time: it is told of like the others. */
  end(key: Hash): void {
    const found = this.#find(key);
    if (found !== NONE) this.#end(found);
  }

  /** Ends all, as if their time were over. */
  close(): void {
    this.#endUntil(Number.POSITIVE_INFINITY);
  }

  #find(key: Hash): number {
    const places = this.#places;
    if (this.#size === 0 || !places.mayHave(key)) return NONE;
    const { high, low } = key;
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
    while (this.#oldest < this.#next && this.#places.dueMs(this.#oldest) <= endMs) this.#endOldest();
  }

  #endOldest(): void {
    const number = this.#oldest;
    this.#oldest += 1;
    if (this.#places.isThere(number)) this.#end(number);
  }

  /** A flood shortens what is remembered: neither does it take all memory, nor are others refused for it. */
  #makeRoom(): void {
    const { maxEntries = MOST_ENTRIES, maxBytes = MOST_BYTES } = this.#deps;
    while (this.#next - this.#oldest >= maxEntries) this.#endOldest();
    while (this.#oldest < this.#next && this.#slab.size >= maxBytes) this.#endOldest();
  }

  #end(number: number): void {
    const value = this.#places.value(number);
    const note = this.#places.note(number);
    this.#drop(number);
    this.#deps.onOver?.(value, note);
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
