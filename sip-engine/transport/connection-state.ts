import type { EngineClock } from '../ports.ts';
import type { CloseReason } from './connection-flow.ts';
import type { TransportLimits } from './options.ts';

/** The times of one connection, and which limit they break. No timer object per connection: a sweep asks. */
export class ConnectionState {
  readonly #limits: TransportLimits;
  readonly #clock: EngineClock;
  #phase: 'connecting' | 'silent' | 'talking';
  #sinceMs: number;
  #lastTrafficMs: number;
  #partialSinceMs = 0;
  #stalledSinceMs = 0;
  #holds = 0;

  constructor(limits: TransportLimits, clock: EngineClock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#phase = 'connecting';
    this.#sinceMs = clock.nowMs();
    this.#lastTrafficMs = this.#sinceMs;
  }

  opened(): void {
    this.#phase = 'silent';
    this.#sinceMs = this.#clock.nowMs();
    this.#lastTrafficMs = this.#sinceMs;
  }

  /** A whole message or keep-alive came. */
  received(): void {
    this.#phase = 'talking';
    this.#lastTrafficMs = this.#clock.nowMs();
    this.#partialSinceMs = 0;
  }

  sent(): void {
    // A peer we speak to need not speak first: that limit is for those who connect and say nothing.
    this.#phase = 'talking';
    this.#lastTrafficMs = this.#clock.nowMs();
  }

  /** Says after every chunk whether a message has begun and not ended. */
  partial(held: boolean): void {
    if (!held) this.#partialSinceMs = 0;
    else if (this.#partialSinceMs === 0) this.#partialSinceMs = this.#clock.nowMs();
  }

  /** It was not read for a while: its times begin anew. */
  readOn(): void {
    this.#lastTrafficMs = this.#clock.nowMs();
    this.#stalledSinceMs = 0;
    if (this.#partialSinceMs !== 0) this.#partialSinceMs = this.#lastTrafficMs;
  }

  hold(): void {
    this.#holds++;
  }

  release(): void {
    if (this.#holds > 0) this.#holds--;
  }

  /** The limit that is broken now, if one is. */
  expired(nowMs: number, queuedBytes: number): CloseReason | undefined {
    const limits = this.#limits;
    if (this.#phase === 'connecting') {
      return nowMs - this.#sinceMs >= limits.connectTimeoutMs ? 'connect_timeout' : undefined;
    }
    if (this.#partialSinceMs !== 0 && nowMs - this.#partialSinceMs >= limits.partialMessageTimeoutMs) {
      return 'slow_sender';
    }
    if (this.#isStalled(nowMs, queuedBytes)) return 'stalled';
    if (this.#holds > 0) return undefined;
    if (this.#phase === 'silent' && nowMs - this.#sinceMs >= limits.firstMessageTimeoutMs) return 'silent';
    return nowMs - this.#lastTrafficMs >= limits.idleTimeoutMs ? 'idle' : undefined;
  }

  #isStalled(nowMs: number, queuedBytes: number): boolean {
    if (queuedBytes === 0) this.#stalledSinceMs = 0;
    else if (this.#stalledSinceMs === 0) this.#stalledSinceMs = nowMs;
    return this.#stalledSinceMs !== 0 && nowMs - this.#stalledSinceMs >= this.#limits.writeStallTimeoutMs;
  }
}
