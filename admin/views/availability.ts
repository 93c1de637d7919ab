import { Type } from 'typebox';
import { type Availability, type PeriodUnit, percentOf } from '../../tenancy/index.ts';
import { setOf } from '../closed-sets.ts';
import { isoTime, nullable } from '../shapes.ts';

export const PERIOD_UNIT = setOf<PeriodUnit>({ day: true, month: true });

const MEASURED = {
  availability_percent: nullable(
    Type.Number({ description: 'Of the time seen, rounded down; null when nothing was seen.' }),
  ),
  registered_seconds: Type.Integer(),
  offline_seconds: Type.Integer(),
  outages: Type.Integer({ description: 'How often it went offline.' }),
  offline_seconds_by_cause: Type.Record(Type.String(), Type.Integer(), {
    description: 'By why it went offline, as in registration.reason.',
  }),
};

export const AVAILABILITY_SHAPE = Type.Object({
  trunk_id: Type.Integer(),
  trunk_uuid: Type.String(),
  timezone: Type.String({ description: "The account's, on whose wall clock days and months begin." }),
  by: PERIOD_UNIT,
  total: Type.Object(MEASURED),
  periods: Type.Array(
    Type.Object({
      period: Type.String({ description: '2026-11-21 or 2026-11.' }),
      from: Type.String(),
      until: Type.String(),
      ...MEASURED,
    }),
  ),
});

/** One period, the oldest first. */
export function periodView(availability: Availability) {
  const { name, fromMs, untilMs } = availability.period;
  return { period: name, from: isoTime(fromMs), until: isoTime(untilMs), ...measured(availability) };
}

/** All periods taken together. */
export function totalView(all: readonly Availability[]) {
  const sum = (pick: (one: Availability) => number) => all.reduce((total, one) => total + pick(one), 0);
  const byCause: Partial<Record<keyof Availability['offlineMsByCause'], number>> = {};
  for (const { offlineMsByCause } of all) {
    for (const [name, ms] of Object.entries(offlineMsByCause)) {
      const cause = name as keyof typeof offlineMsByCause;
      byCause[cause] = (byCause[cause] ?? 0) + ms;
    }
  }
  return measured({
    registeredMs: sum((one) => one.registeredMs),
    offlineMs: sum((one) => one.offlineMs),
    outages: sum((one) => one.outages),
    offlineMsByCause: byCause,
  });
}

function measured(availability: Omit<Availability, 'period'>) {
  const seconds = (ms: number) => Math.round(ms / 1000);
  const byCause = Object.entries(availability.offlineMsByCause).map(([cause, ms]) => [cause, seconds(ms)] as const);
  return {
    availability_percent: percentOf(availability),
    registered_seconds: seconds(availability.registeredMs),
    offline_seconds: seconds(availability.offlineMs),
    outages: availability.outages,
    offline_seconds_by_cause: Object.fromEntries(byCause),
  };
}
