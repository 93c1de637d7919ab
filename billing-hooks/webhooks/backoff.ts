/** The first retry comes within half a minute, later ones within an hour of the one before. */
const BASE_MS = 30_000;
const CEILING_MS = 3_600_000;
const LEAST_MS = 1000;

/** F-090: after this an event is given up. */
export const GIVE_UP_AFTER_MS = 86_400_000;

/**
 * Exponential backoff with full jitter.
 * @param attempts how many have failed, from 1
 * @param random 0 to 1
 * @returns milliseconds until the next attempt
 */
export function retryDelayMs(attempts: number, random: number): number {
  const widest = Math.min(CEILING_MS, BASE_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(LEAST_MS + random * (widest - LEAST_MS));
}
