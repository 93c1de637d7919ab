import { setTimeout as sleep } from 'node:timers/promises';

export interface ThrottleOptions {
  /** So much may be done at once. */
  readonly burst: number;
  /** So much may be done each second in the long run. */
  readonly perSec: number;
  /** Monotonic ms. @default performance.now */
  readonly elapsedMs?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** Holds up whoever has done more than is allowed, in real time. */
export class Throttle {
  readonly #options: Required<ThrottleOptions>;
  #left: number;
  #atMs: number;

  constructor({ elapsedMs = () => performance.now(), wait = sleep, ...limits }: ThrottleOptions) {
    this.#options = { ...limits, elapsedMs, wait };
    this.#left = limits.burst;
    this.#atMs = elapsedMs();
  }

  /** Notes that so much was done; resolves when more may be. */
  async took(count: number): Promise<void> {
    const { burst, perSec, elapsedMs, wait } = this.#options;
    const nowMs = elapsedMs();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#atMs) * perSec) / 1000) - count;
    this.#atMs = nowMs;
    if (this.#left < 0) await wait(Math.ceil((-this.#left / perSec) * 1000));
  }
}
