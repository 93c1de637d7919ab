import type { EnginePorts } from '../ports.ts';
import { KeySet } from './key-set.ts';
import type { Hash } from './ring-places.ts';

/** RFC 3261 table 4: a client repeats an INVITE by its own T1, of which 500 ms is the largest in use, for 64 of them. */
const REPEATED_FOR_MS = 64 * 500;

/**
 * INVITE transactions that have ended, remembered for as long as their client may repeat the request: the
 * server's timers follow its own T1, and I is short, but whoever repeats later does not want a second call.
 * Kept are hashes, outside the heap.
 */
export class SpentInvites {
  readonly #clock: EnginePorts['clock'];
  readonly #counters: EnginePorts['counters'];
  readonly #maxHalf: number;
  /** Two halves: the older one is dropped when the newer one is old enough. */
  #newer = new KeySet();
  #older = new KeySet();
  #turnAtMs: number;

  /** At most `max` are remembered; the older ones make room. */
  constructor({ clock, counters }: Pick<EnginePorts, 'clock' | 'counters'>, max: number) {
    this.#clock = clock;
    this.#counters = counters;
    this.#maxHalf = Math.max(1, Math.floor(max / 2));
    this.#turnAtMs = clock.nowMs() + REPEATED_FOR_MS;
  }

  add({ high, low }: Hash): void {
    this.#turn();
    if (this.#newer.size >= this.#maxHalf) this.#makeRoom();
    this.#newer.add(high, low);
  }

  has({ high, low }: Hash): boolean {
    this.#turn();
    return this.#newer.has(high, low) || this.#older.has(high, low);
  }

  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  /** The older half goes before its time. */
  #makeRoom(): void {
    if (this.#older.size > 0) this.#counters.count('dropped', 'spent_invites');
    this.#swap();
  }

  #turn(): void {
    const lateMs = this.#clock.nowMs() - this.#turnAtMs;
    if (lateMs < 0) return;
    if (lateMs >= REPEATED_FOR_MS) this.#newer.clear();
    this.#swap();
  }

  /** The older half is forgotten, and its room is the newer one's. */
  #swap(): void {
    [this.#older, this.#newer] = [this.#newer, this.#older];
    this.#newer.clear();
    this.#turnAtMs = this.#clock.nowMs() + REPEATED_FOR_MS;
  }
}
