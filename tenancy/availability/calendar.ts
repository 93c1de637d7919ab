import { WallClock } from '../wall-clock.ts';

/** A day or month on the wall clock of a time zone: from its first moment up to the first of the next (epoch ms). */
export interface Period {
  /** `2026-11-21` or `2026-11`. */
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export type PeriodUnit = 'day' | 'month';

export interface PeriodQuery {
  readonly unit: PeriodUnit;
  /** Local dates (`YYYY-MM-DD`); the days or months they lie in are the first and the last. */
  readonly from: string;
  readonly to: string;
  /** IANA name. */
  readonly timezone: string;
}

/** No more periods than this are read at once: a year and a month of days. */
export const MOST_PERIODS = 400;

/** The days or months from the one date to the other, the oldest first; at most `MOST_PERIODS`, the latest. */
export function periodsOf({ unit, from, to, timezone }: PeriodQuery): readonly Period[] {
  const clock = new WallClock(timezone);
  const [first, last] = [ordinal(from, unit), ordinal(to, unit)];
  const periods: Period[] = [];
  let fromMs: number | undefined;
  for (let at = Math.max(first, last - MOST_PERIODS + 1); at <= last; at += 1) {
    const startMs: number = fromMs ?? startOf(at, unit, clock);
    const untilMs = startOf(at + 1, unit, clock);
    periods.push({ name: nameOf(at, unit), fromMs: startMs, untilMs });
    fromMs = untilMs;
  }
  return periods;
}

/** The local date of a moment, so many days or months earlier when asked. */
export function localDate(
  ms: number,
  timezone: string,
  back: { readonly days?: number; readonly months?: number } = {},
) {
  const { year, month, day } = new WallClock(timezone).toLocal(ms);
  return dateText(Date.UTC(year, month - 1 - (back.months ?? 0), day - (back.days ?? 0)));
}

const DAY_MS = 86_400_000;

/** Days since 1970, or months since year 0. */
function ordinal(date: string, unit: PeriodUnit): number {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return unit === 'day' ? Math.floor(Date.UTC(year, month - 1, day) / DAY_MS) : year * 12 + month - 1;
}

function startOf(at: number, unit: PeriodUnit, clock: WallClock): number {
  if (unit === 'month') return clock.toEpoch({ year: Math.floor(at / 12), month: (at % 12) + 1, day: 1, timeMs: 0 });
  const date = new Date(at * DAY_MS);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  return clock.toEpoch({ year, month, day, timeMs: 0 });
}

function nameOf(at: number, unit: PeriodUnit): string {
  if (unit === 'day') return dateText(at * DAY_MS);
  return dateText(Date.UTC(Math.floor(at / 12), at % 12)).slice(0, 7);
}

function dateText(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 10);
}
