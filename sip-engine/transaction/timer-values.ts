import type { TimerValues } from './types.ts';

/** RFC 3261 table 4 and 16.6 step 11, in milliseconds. */
const RFC_3261_VALUES: TimerValues = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000, cMs: 185_000 };

/** The RFC's values, T2 and T4 scaled along when only T1 is given. */
export function timerValues(given: Partial<TimerValues> = {}): TimerValues {
  const t1Ms = given.t1Ms ?? RFC_3261_VALUES.t1Ms;
  const scale = t1Ms / RFC_3261_VALUES.t1Ms;
  return {
    t1Ms,
    t2Ms: given.t2Ms ?? RFC_3261_VALUES.t2Ms * scale,
    t4Ms: given.t4Ms ?? RFC_3261_VALUES.t4Ms * scale,
    cMs: given.cMs ?? RFC_3261_VALUES.cMs,
  };
}

/** 64*T1 in ms: timers B, F, H, L, M, and J and D over unreliable transports. */
export function giveUpMs(timers: TimerValues): number {
  return 64 * timers.t1Ms;
}

/** When a client's timer E has grown to T2, in ms (RFC 4320 4.1): 3.5 s with the default values. */
export function tryingAfterMs(timers: TimerValues): number {
  let sumMs = 0;
  for (let intervalMs = timers.t1Ms; intervalMs > 0 && intervalMs < timers.t2Ms; intervalMs *= 2) sumMs += intervalMs;
  return sumMs;
}
