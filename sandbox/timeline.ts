import { setImmediate as nextTurn } from 'node:timers/promises';
import type { VirtualClock } from './virtual-clock.ts';

/** Something that a test world does by itself when its time has come. */
export interface DueWork {
  readonly name: string;
  /**
   * When it is due next, epoch ms, which may have passed; `undefined`: not before something else happens.
   * @param sinceMs when it was done last
   */
  nextDueMs(sinceMs: number): Promise<number | undefined>;
  /** Does what is due now; harmless when nothing is. */
  run(): Promise<unknown>;
}

export interface Ran {
  readonly reached: boolean;
  /** How often each kind of work was due. */
  readonly work: Readonly<Record<string, number>>;
}

export interface TimelineLimits {
  /** So long a run may take in real time (ms). */
  readonly budgetMs: number;
  /** For the budget: monotonic ms. @default performance.now */
  readonly elapsedMs?: () => number;
  /** Told after each moment at which something was done. */
  readonly onMoment?: () => Promise<void>;
}

/** Work that is due still after it was done waits so long at first, then twice as long each time (ms). */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 3_600_000;

interface Progress {
  doneAtMs: number;
  /** How often in a row it was due still after it was done. */
  stalled: number;
}

/** Does the work of a world in the order in which it is due, with the clock at the very time of each. */
export class Timeline {
  readonly #clock: VirtualClock;
  readonly #works: readonly DueWork[];
  readonly #progress = new Map<string, Progress>();
  readonly #startedAtMs: number;

  /** @param works where several are due at the same time, they are done in this order */
  constructor(clock: VirtualClock, works: readonly DueWork[]) {
    this.#clock = clock;
    this.#works = works;
    this.#startedAtMs = clock.nowMs();
  }

  /** What is due first; it may have been due for a while. */
  async next(): Promise<{ readonly work: string; readonly atMs: number } | undefined> {
    let first: { readonly work: string; readonly atMs: number } | undefined;
    for (const work of this.#works) {
      const atMs = await this.#dueMs(work);
      if (atMs !== undefined && (first === undefined || atMs < first.atMs)) first = { work: work.name, atMs };
    }
    return first;
  }

  /** Everything once, due or not: what somebody has just changed may have made it due. */
  async catchUp(): Promise<void> {
    for (const work of this.#works) await this.#do(work);
  }

  /** All that is due until then, the clock going with it; stands before that time when it takes too long. */
  async runUntil(targetMs: number, limits: TimelineLimits): Promise<Ran> {
    const { budgetMs, elapsedMs = () => performance.now(), onMoment } = limits;
    const work: Record<string, number> = {};
    const endMs = elapsedMs() + budgetMs;
    for (;;) {
      const next = await this.next();
      if (next === undefined || next.atMs > targetMs) break;
      if (elapsedMs() > endMs) return { reached: false, work };
      this.#clock.pin(next.atMs);
      for (const due of this.#works) {
        const atMs = await this.#dueMs(due);
        if (atMs === undefined || atMs > this.#clock.nowMs()) continue;
        await this.#do(due);
        work[due.name] = (work[due.name] ?? 0) + 1;
      }
      await onMoment?.();
    }
    this.#clock.pin(targetMs);
    return { reached: true, work };
  }

  async #do(work: DueWork): Promise<void> {
    const { stalled = 0 } = this.#progress.get(work.name) ?? {};
    await work.run();
    // The store answers without a turn of the event loop: without this a year would be one, and everybody else wait for it.
    await nextTurn();
    const doneAtMs = this.#clock.nowMs();
    const dueMs = await work.nextDueMs(doneAtMs);
    const isStalled = dueMs !== undefined && dueMs <= doneAtMs;
    this.#progress.set(work.name, { doneAtMs, stalled: isStalled ? stalled + 1 : 0 });
  }

  async #dueMs(work: DueWork): Promise<number | undefined> {
    const { doneAtMs, stalled } = this.#progress.get(work.name) ?? { doneAtMs: this.#startedAtMs, stalled: 0 };
    const dueMs = await work.nextDueMs(doneAtMs);
    if (dueMs === undefined || stalled === 0 || dueMs > doneAtMs) return dueMs;
    return doneAtMs + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (stalled - 1));
  }
}
