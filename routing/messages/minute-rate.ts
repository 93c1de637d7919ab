const MINUTE_MS = 60_000;

/** Counts by the minute, and forgets with it: it never holds more than one minute's names. */
export class MinuteRate {
  readonly #most: number;
  #minute = 0;
  #counts = new Map<number, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one. @returns 0, or how many seconds to wait when it is one too many */
  take(id: number, nowMs: number): number {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#counts = new Map();
    }
    const count = this.#counts.get(id) ?? 0;
    if (count >= this.#most) return Math.ceil(((minute + 1) * MINUTE_MS - nowMs) / 1000);
    this.#counts.set(id, count + 1);
    return 0;
  }
}
