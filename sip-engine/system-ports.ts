import { randomBytes, randomUUID } from 'node:crypto';
import { ownText } from './message/index.ts';
import type { EngineClock, EngineCounters, EngineLogger, EngineRandom } from './ports.ts';

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

/** Bytes fetched from the system at once: one call serves many branches. Small, since a long slice keeps the whole alive. */
const POOL_BYTES = 512;

/** Cryptographic randomness: branches and tags must not be guessable (RFC 3261 sections 8.1.1.7 and 19.3). */
export function createSystemRandom(): EngineRandom {
  let pool = '';
  let used = 0;
  return {
    hex(length) {
      if (length > POOL_BYTES)
        return randomBytes(Math.ceil(length / 2))
          .toString('hex')
          .slice(0, length);
      if (used + length > pool.length) {
        pool = randomBytes(POOL_BYTES).toString('hex');
        used = 0;
      }
      const text = pool.slice(used, used + length);
      used += length;
      return text;
    },
    // A copy: as it comes it is a tree of pieces, ten times its size for as long as somebody keeps it.
    uuid: () => ownText(randomUUID()),
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
