import type { EngineClock } from '../ports.ts';

/** RFC 3261 table 4: a client repeats an INVITE by its own T1, of which 500 ms is the largest in use, for 64 of them. */
const REPEATED_FOR_MS = 64 * 500;

/**
 * INVITE transactions that have ended, remembered for as long as their client may repeat the request: the
 * server's timers follow its own T1, and I is short, but whoever repeats later does not want a second call.
 */
export class SpentInvites {
  readonly #clock: Pick<EngineClock, 'nowMs'>;
  /** Two halves: the older one is dropped when the newer one is old enough. */
  #newer = new Set<string>();
  #older = new Set<string>();
  #turnAtMs: number;

  constructor(clock: Pick<EngineClock, 'nowMs'>) {
    this.#clock = clock;
    this.#turnAtMs = clock.nowMs() + REPEATED_FOR_MS;
  }

  add(key: string): void {
    this.#turn();
    this.#newer.add(key);
  }

  has(key: string): boolean {
    this.#turn();
    return this.#newer.has(key) || this.#older.has(key);
  }

  #turn(): void {
    const lateMs = this.#clock.nowMs() - this.#turnAtMs;
    if (lateMs < 0) return;
    this.#older = lateMs < REPEATED_FOR_MS ? this.#newer : new Set();
    this.#newer = new Set();
    this.#turnAtMs = this.#clock.nowMs() + REPEATED_FOR_MS;
  }
}
