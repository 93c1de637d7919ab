const LOOKS = 9;

/**
 * What the machine's clock, which all its processes share (CLOCK_MONOTONIC), is ahead of `performance.now()` (ms). The least
 * of some looks: of that one nothing was held up between its two readings.
 */
export function machineClockOffsetMs(): number {
  const offsets = Array.from({ length: LOOKS }, () => {
    const ownMs = performance.now();
    const [seconds, ns] = process.hrtime();
    return seconds * 1000 + ns / 1e6 - ownMs;
  });
  return Math.min(...offsets);
}
