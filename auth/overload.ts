export interface OverloadOptions {
  readonly nowMs: () => number;
  /** Share of the time since the last call that the thread was busy, 0 to 1 (`performance.eventLoopUtilization`). */
  readonly utilization: () => number;
  /** Requests of strangers are being dropped, or no longer. */
  readonly changed?: ((isOn: boolean, dropped: number) => void) | undefined;
}

/** How often the load is read, and strangers' share set by it (ms). */
const PERIOD_MS = 100;
/** Above the first the share shrinks, below the second it grows; in between it stays. */
const BUSY = 0.85;
const IDLE = 0.7;
const SHRINK = 0.6;
const GROW = 1.3;
/** A PBX that is new, or has a new address, gets in even then: it repeats its request until it is taken. */
const LEAST_PER_SEC = 200;

/**
 * Sheds load before it is work (RFC 6357): while the thread has no time left, requests from addresses where nobody has
 * authenticated share what remains. A socket hands over a bounded number of datagrams a turn, so turns stay short
 * however many are lost; busy time tells what the delay of the event loop does not.
 */
export class Overload {
  readonly #options: OverloadOptions;
  /** Requests of strangers a second; infinite without overload. */
  #perSec = Number.POSITIVE_INFINITY;
  #periodEndMs = 0;
  #admitted = 0;
  #dropped = 0;
  #demand = 0;

  constructor(options: OverloadOptions) {
    this.#options = options;
  }

  /** Strangers share what is left. */
  get isOn(): boolean {
    return this.#perSec !== Number.POSITIVE_INFINITY;
  }

  /** Counts a request from an address that nobody is known behind; false when there is no time for it. */
  admitsStranger(): boolean {
    const now = this.#options.nowMs();
    if (now >= this.#periodEndMs) this.#nextPeriod(now);
    this.#demand += 1;
    if (this.#admitted >= (this.#perSec * PERIOD_MS) / 1000) {
      this.#dropped += 1;
      return false;
    }
    this.#admitted += 1;
    return true;
  }

  #nextPeriod(now: number): void {
    const isFirst = this.#periodEndMs === 0 || now - this.#periodEndMs > 10 * PERIOD_MS;
    const utilization = this.#options.utilization();
    const demandPerSec = (this.#demand * 1000) / PERIOD_MS;
    const wasOn = this.isOn;
    if (!isFirst && utilization > BUSY) {
      this.#perSec = Math.max(LEAST_PER_SEC, Math.min(this.#perSec, demandPerSec) * SHRINK);
    } else if (utilization < IDLE) {
      this.#perSec *= GROW;
      // Whoever asks gets in again: there is nothing left to share.
      if (this.#perSec > demandPerSec) this.#perSec = Number.POSITIVE_INFINITY;
    }
    this.#periodEndMs = now + PERIOD_MS;
    this.#admitted = 0;
    this.#demand = 0;
    if (wasOn === this.isOn) return;
    this.#options.changed?.(this.isOn, this.#dropped);
    this.#dropped = 0;
  }
}
