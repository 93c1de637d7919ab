import type { EngineClock } from '../ports.ts';

export interface FakeClock extends EngineClock {
  /** Lets `ms` pass, calling every tick in its order; synchronous. */
  advance(ms: number): void;
  /** Intervals running now: zero when nothing is armed. */
  readonly intervals: number;
}

interface Interval {
  readonly everyMs: number;
  readonly tick: () => void;
  nextMs: number;
}

/** A clock that stands still until a test moves it. `wallMs()` starts at `startWallMs`, `nowMs()` at 0. */
export function createFakeClock(startWallMs = Date.UTC(2026, 0, 1)): FakeClock {
  let nowMs = 0;
  const intervals = new Set<Interval>();
  return {
    nowMs: () => nowMs,
    wallMs: () => startWallMs + nowMs,
    get intervals() {
      return intervals.size;
    },
    every(everyMs, tick) {
      const interval = { everyMs, tick, nextMs: nowMs + everyMs };
      intervals.add(interval);
      return () => {
        intervals.delete(interval);
      };
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (let due = earliest(intervals, endMs); due !== undefined; due = earliest(intervals, endMs)) {
        nowMs = due.nextMs;
        due.nextMs += due.everyMs;
        due.tick();
      }
      nowMs = endMs;
    },
  };
}

function earliest(intervals: ReadonlySet<Interval>, endMs: number): Interval | undefined {
  let first: Interval | undefined;
  for (const interval of intervals) {
    if (interval.nextMs <= endMs && (first === undefined || interval.nextMs < first.nextMs)) first = interval;
  }
  return first;
}
