import type { Clock } from '../tenancy/index.ts';

/**
 * The time of a test world: runs as real time does, so far ahead of it as it was moved, and stands while what is due on
 * the way is being done.
 */
export class VirtualClock implements Clock {
  readonly #realMs: () => number;
  #aheadMs: number;
  #pinnedMs: number | undefined;

  constructor(realMs: () => number, aheadMs = 0) {
    this.#realMs = realMs;
    this.#aheadMs = aheadMs;
  }

  /** Stands where it was left, of a world that has been closed meanwhile. */
  resume(doneAtMs: number, aheadMs: number): void {
    this.#aheadMs = aheadMs;
    this.#pinnedMs = doneAtMs;
  }

  /** Where it would stand if nothing had held it up. */
  get runningMs(): number {
    return this.#realMs() + this.#aheadMs;
  }

  nowMs(): number {
    return this.#pinnedMs ?? this.#realMs() + this.#aheadMs;
  }

  /** How far it is ahead of real time (ms). */
  get aheadMs(): number {
    return this.#pinnedMs === undefined ? this.#aheadMs : this.#pinnedMs - this.#realMs();
  }

  /** Stands at that time, or where it is when that is later: it never goes back. */
  pin(atMs: number): void {
    this.#pinnedMs = Math.max(this.nowMs(), atMs);
  }

  /** Runs on: from where it stands, or as if it had never stood. */
  release(from: 'here' | 'running'): void {
    if (from === 'here' || this.nowMs() > this.runningMs) this.#aheadMs = this.aheadMs;
    this.#pinnedMs = undefined;
  }
}
