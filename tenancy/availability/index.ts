import type { Store } from '../store/index.ts';
import { type PeriodQuery, periodsOf } from './calendar.ts';
import { type Availability, measure } from './measure.ts';
import { runsWithin } from './server-runs.ts';
import { transitionsOf } from './transitions.ts';

/**
 * How a trunk was registered by day or month on the wall clock of a time zone. The caller must see to it that the trunk
 * is visible to who asks.
 */
export async function readAvailability(
  store: Store,
  trunkId: number,
  query: PeriodQuery,
): Promise<readonly Availability[]> {
  const periods = periodsOf(query);
  const [fromMs, untilMs] = [periods[0]?.fromMs ?? 0, periods.at(-1)?.untilMs ?? 0];
  const transitions = await transitionsOf(store, trunkId, fromMs, untilMs);
  return measure(transitions, await runsWithin(store, fromMs, untilMs), periods);
}

export { localDate, MOST_PERIODS, type PeriodQuery, type PeriodUnit } from './calendar.ts';
export { type Availability, percentOf } from './measure.ts';
export { beginRun, keepRun } from './server-runs.ts';
export { forgetTransitions, writeTransition } from './transitions.ts';
