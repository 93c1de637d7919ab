import { PerformanceObserver } from 'node:perf_hooks';

/** Stalls from this on are explained: a peer may notice them (ms). */
export const LONG_STALL_MS = 20;

/**
 * What held a loop up: `collection` of garbage, `work` of one turn, or the `processor`: the system gave it to others,
 * and without that wait the stall would have been a short one. A bigger machine mends the last, only we the others.
 */
export type StallCause = 'collection' | 'work' | 'processor';

/** A stretch of time on the clock of `performance` (ms). */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** A stall that a peer may notice, and why it came. */
export interface LongStall {
  readonly stallMs: number;
  /** Of it the thread computed; the rest of the time it had no processor. */
  readonly cpuMs: number;
  /** Of it garbage was collected. */
  readonly collectionMs: number;
  readonly cause: StallCause;
}

/** More pauses than come within the longest stall that is worth explaining. */
const MOST_PAUSES = 64;

/** Remembers when this thread collected garbage and what it computed, to say why it stood still. */
export class StallCauses {
  readonly #pauses: Stretch[] = [];
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      this.#pauses.push({ startMs: startTime, endMs: startTime + duration });
    this.#pauses.splice(0, this.#pauses.length - MOST_PAUSES);
  });
  #cpuUs = usedUs();

  watch(): () => void {
    this.#observer.observe({ entryTypes: ['gc'] });
    return () => this.#observer.disconnect();
  }

  /** What the thread computed since this was last asked (ms). */
  takeCpuMs(): number {
    const before = this.#cpuUs;
    this.#cpuUs = usedUs();
    return (this.#cpuUs - before) / 1000;
  }

  /** Resolves when the runtime has told of its collections, which it does a turn later. */
  async explain(stall: Stretch, cpuMs: number): Promise<LongStall> {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    return explainStall(stall, cpuMs, this.#pauses);
  }
}

/** Collections use threads of their own too, and wait for them: that time counts as theirs. */
export function explainStall(stall: Stretch, cpuMs: number, pauses: readonly Stretch[]): LongStall {
  const stallMs = stall.endMs - stall.startMs;
  const within = ({ startMs, endMs }: Stretch) =>
    Math.max(0, Math.min(endMs, stall.endMs) - Math.max(startMs, stall.startMs));
  const collectionMs = pauses.reduce((sum, pause) => sum + within(pause), 0);
  const isOurs = Math.max(cpuMs, collectionMs) >= LONG_STALL_MS;
  const cause = !isOurs ? 'processor' : collectionMs >= cpuMs - collectionMs ? 'collection' : 'work';
  return { stallMs: inTenths(stallMs), cpuMs: inTenths(cpuMs), collectionMs: inTenths(collectionMs), cause };
}

function inTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function usedUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
