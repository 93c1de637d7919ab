// Not the global one: a function is asked for that each time it is read, half of what the clock takes (measured).
import { performance } from 'node:perf_hooks';
import type { EngineClock, EngineCounters, EngineLogger, EngineRandom } from './ports.ts';
import { RandomTexts } from './random-texts.ts';

/** The machine's clock. Its intervals do not keep the process alive by themselves. */
export function createSystemClock(): EngineClock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    every(intervalMs, tick) {
      const interval = setInterval(tick, intervalMs);
      interval.unref();
      return () => clearInterval(interval);
    },
  };
}

/** Cryptographic randomness: branches and tags must not be guessable (RFC 3261 sections 8.1.1.7 and 19.3). */
export function createSystemRandom(): EngineRandom {
  const texts = new RandomTexts();
  return {
    hex: (length) => texts.hex(length),
    uuid: () => texts.uuid(),
    float: () => Math.random(),
  };
}

/** Counts nothing; for embedders that do not measure. */
export function createNullCounters(): EngineCounters {
  return { count: () => undefined };
}

/** Says nothing; for embedders that do not log. */
export function createNullLogger(): EngineLogger {
  const silent = (): void => undefined;
  return { debug: silent, info: silent, warn: silent, error: silent };
}
