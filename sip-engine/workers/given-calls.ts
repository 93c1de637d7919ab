import type { EnginePorts } from '../ports.ts';
import { KeyHash } from '../transaction/index.ts';

/** Longer than a call may ring, after which it may still be cancelled, or than it takes to try again with credentials. */
const KEPT_MS = 900_000;
const MOST = 250_000;
const HIGH_BITS = 0x1f_ffff;
const LOW_VALUES = 0x1_0000_0000;

/**
 * Calls that this worker should have had and has given to home: what comes by their Call-ID goes there as well. Kept are
 * hashes: strangers choose how long a Call-ID is, and how many.
 */
export class GivenCalls {
  readonly #clock: EnginePorts['clock'];
  readonly #hash: KeyHash;
  /** Until when, by the hash of the Call-ID, oldest first. */
  readonly #untilMs = new Map<number, number>();

  constructor({ clock, random }: Pick<EnginePorts, 'clock' | 'random'>) {
    this.#clock = clock;
    this.#hash = KeyHash.keyed(random);
  }

  get size(): number {
    return this.#untilMs.size;
  }

  has(callId: string): boolean {
    const untilMs = this.#untilMs.get(this.#keyOf(callId));
    return untilMs !== undefined && untilMs > this.#clock.nowMs();
  }

  add(callId: string): void {
    const nowMs = this.#clock.nowMs();
    const key = this.#keyOf(callId);
    this.#untilMs.delete(key);
    this.#untilMs.set(key, nowMs + KEPT_MS);
    for (const [oldest, untilMs] of this.#untilMs) {
      if (untilMs > nowMs && this.#untilMs.size <= MOST) break;
      this.#untilMs.delete(oldest);
    }
  }

  /** 53 bits. */
  #keyOf(callId: string): number {
    const { high, low } = this.#hash.of(callId);
    return (high & HIGH_BITS) * LOW_VALUES + (low >>> 0);
  }
}
