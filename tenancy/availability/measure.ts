import type { OfflineCause } from '../../bus/index.ts';
import type { Period } from './calendar.ts';

/** From then on the trunk was in that state. */
export interface Transition {
  readonly atMs: number;
  readonly state: 'registered' | 'offline';
  readonly cause: OfflineCause | null;
}

/** A stretch of time (epoch ms) in which the server ran and could see. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** How a trunk was there in one period; times in milliseconds. */
export interface Availability {
  readonly period: Period;
  readonly registeredMs: number;
  readonly offlineMs: number;
  /** How often it went offline. */
  readonly outages: number;
  readonly offlineMsByCause: Readonly<Partial<Record<OfflineCause | 'unknown', number>>>;
}

/**
 * How long a trunk was registered and offline in each period. What lies before its first registration, in the future, or
 * outside the spans in which the server ran, counts as neither: nobody saw it.
 */
export function measure(
  transitions: readonly Transition[],
  observed: readonly Span[],
  periods: readonly Period[],
): readonly Availability[] {
  const stretches = transitions.map((transition, index) => ({
    ...transition,
    untilMs: transitions[index + 1]?.atMs ?? Number.POSITIVE_INFINITY,
    isOutage: transition.state === 'offline' && transitions[index - 1]?.state === 'registered',
  }));
  return periods.map((period) => measureOne(stretches, observed, period));
}

type Stretch = Transition & { readonly untilMs: number; readonly isOutage: boolean };

function measureOne(stretches: readonly Stretch[], observed: readonly Span[], period: Period): Availability {
  const byCause: Partial<Record<OfflineCause | 'unknown', number>> = {};
  let [registeredMs, offlineMs, outages] = [0, 0, 0];
  for (const stretch of stretches) {
    const fromMs = Math.max(stretch.atMs, period.fromMs);
    const untilMs = Math.min(stretch.untilMs, period.untilMs);
    if (fromMs > untilMs || stretch.atMs >= period.untilMs) continue;
    if (stretch.isOutage && stretch.atMs >= period.fromMs) outages += 1;
    const seenMs = overlap(observed, fromMs, untilMs);
    if (stretch.state === 'registered') registeredMs += seenMs;
    else if (seenMs > 0) {
      const cause = stretch.cause ?? 'unknown';
      offlineMs += seenMs;
      byCause[cause] = (byCause[cause] ?? 0) + seenMs;
    }
  }
  return { period, registeredMs, offlineMs, outages, offlineMsByCause: byCause };
}

function overlap(spans: readonly Span[], fromMs: number, untilMs: number): number {
  let sum = 0;
  for (const span of spans) sum += Math.max(0, Math.min(span.untilMs, untilMs) - Math.max(span.fromMs, fromMs));
  return sum;
}

/** Percent of the time seen, rounded down to a thousandth so that 100 means always; `null` when nothing was seen. */
export function percentOf({ registeredMs, offlineMs }: Omit<Availability, 'period'>): number | null {
  const seenMs = registeredMs + offlineMs;
  return seenMs === 0 ? null : Math.floor((registeredMs * 100_000) / seenMs) / 1000;
}
