import { randomBytes } from 'node:crypto';
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
  let uuids = '';
  let uuidsUsed = 0;
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
    uuid() {
      if (uuidsUsed === uuids.length) {
        uuids = uuidTexts(UUIDS_AT_ONCE);
        uuidsUsed = 0;
      }
      const text = uuids.slice(uuidsUsed, uuidsUsed + UUID_LENGTH);
      uuidsUsed += UUID_LENGTH;
      return text;
    },
    float: () => Math.random(),
  };
}

/** A call needs five; one text of them all is small enough for a slice to keep alive. */
const UUIDS_AT_ONCE = 16;
const UUID_LENGTH = 36;
const UUID_BYTES = 16;

/**
 * Random UUIDs (RFC 9562 5.4) one behind the other. The system's own come as trees of pieces, ten times the size, which
 * had to be copied.
 */
function uuidTexts(count: number): string {
  const random = randomBytes(count * UUID_BYTES);
  for (let at = 0; at < random.length; at += UUID_BYTES) {
    random[at + 6] = ((random[at + 6] ?? 0) & 0x0f) | 0x40;
    random[at + 8] = ((random[at + 8] ?? 0) & 0x3f) | 0x80;
  }
  const digits = random.toString('hex');
  const texts = Buffer.alloc(count * UUID_LENGTH, '-');
  let digit = 0;
  for (let at = 0; at < texts.length; at++) {
    if (!HYPHENS.has(at % UUID_LENGTH)) texts[at] = digits.charCodeAt(digit++);
  }
  return texts.toString('latin1');
}

const HYPHENS: ReadonlySet<number> = new Set([8, 13, 18, 23]);

/** Counts nothing; for embedders that do not measure. */
export function createNullCounters(): EngineCounters {
  return { count: () => undefined };
}

/** Says nothing; for embedders that do not log. */
export function createNullLogger(): EngineLogger {
  const silent = (): void => undefined;
  return { debug: silent, info: silent, warn: silent, error: silent };
}
