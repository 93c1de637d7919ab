import type { EngineClock } from '../ports.ts';

/** Longer than anything that still comes for a call that has no answer, or is tried again with credentials. */
const KEPT_MS = 300_000;
const MOST = 100_000;

/** Calls that this worker should have had and has given to home: what comes by their Call-ID goes there as well. */
export class GivenCalls {
  readonly #clock: EngineClock;
  /** Until when, by Call-ID, oldest first. */
  readonly #untilMs = new Map<string, number>();

  constructor(clock: EngineClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#untilMs.size;
  }

  has(callId: string): boolean {
    const untilMs = this.#untilMs.get(callId);
    return untilMs !== undefined && untilMs > this.#clock.nowMs();
  }

  add(callId: string): void {
    const nowMs = this.#clock.nowMs();
    this.#untilMs.delete(callId);
    this.#untilMs.set(callId, nowMs + KEPT_MS);
    for (const [oldest, untilMs] of this.#untilMs) {
      if (untilMs > nowMs && this.#untilMs.size <= MOST) break;
      this.#untilMs.delete(oldest);
    }
  }
}
