/** What one request may, and what its answer tells in `X-RateLimit-*`. */
export interface RateVerdict {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until one more request is allowed (0 when one is now). */
  readonly retryAfterSec: number;
  /** Seconds until the window is empty. */
  readonly resetSec: number;
}

const WINDOW_MS = 60_000;

/** Requests a minute of an ordinary key (F-053). */
export const REQUESTS_PER_MINUTE = 60;
/** Requests a minute of a key flagged for bulk operations (F-006). */
export const BULK_REQUESTS_PER_MINUTE = 6000;

/** A sliding window of one minute per key: at no time were there more than `limit` requests in the last 60 s. */
export class RateLimiter {
  readonly #nowMs: () => number;
  /** Per key the times of its requests of the last minute, oldest first. */
  readonly #times = new Map<string, number[]>();
  #sweptMs = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Counts a request of that key if it is allowed. */
  take(key: string, limit: number): RateVerdict {
    const now = this.#nowMs();
    this.#sweep(now);
    const times = this.#times.get(key) ?? [];
    dropUntil(times, now - WINDOW_MS);
    const allowed = times.length < limit;
    if (allowed) times.push(now);
    this.#times.set(key, times);
    const oldest = times[Math.max(0, times.length - limit)] ?? now;
    return {
      allowed,
      limit,
      remaining: Math.max(0, limit - times.length),
      retryAfterSec: allowed ? 0 : Math.max(1, Math.ceil((oldest + WINDOW_MS - now) / 1000)),
      resetSec: Math.ceil(((times[times.length - 1] ?? now) + WINDOW_MS - now) / 1000),
    };
  }

  /** Keys that stopped asking are forgotten once a minute. */
  #sweep(now: number): void {
    if (now - this.#sweptMs < WINDOW_MS) return;
    this.#sweptMs = now;
    for (const [key, times] of this.#times) {
      if ((times[times.length - 1] ?? 0) <= now - WINDOW_MS) this.#times.delete(key);
    }
  }
}

function dropUntil(times: number[], limitMs: number): void {
  let gone = 0;
  while (gone < times.length && (times[gone] ?? 0) <= limitMs) gone += 1;
  if (gone > 0) times.splice(0, gone);
}
