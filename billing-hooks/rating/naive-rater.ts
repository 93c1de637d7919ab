import { Temporal } from 'temporal-polyfill';
import type { BandRecord } from '../../bus/index.ts';
import type { Rate } from './rate.ts';

export interface NaiveDeck {
  readonly timezone: string;
  readonly bands: readonly BandRecord[];
  readonly rates: readonly Rate[];
}

/** The rules of docs/billing.md taken word by word, an interval at a time, for tests to compare with. */
export function rateNaively(
  deck: NaiveDeck,
  number: string,
  answeredAtMs: number,
  durationMs: number,
  roundToMicros: number,
): number | undefined {
  const first = priceNaively(deck, number, answeredAtMs);
  if (first === undefined) return undefined;
  const seconds = BigInt(Math.max(1, Math.ceil(durationMs / 1000)));
  let sixtieths = BigInt(first.connectFeeMicros) * 60n;
  let sec = 0n;
  let price = first.perMinuteMicros;
  while (sec < seconds) {
    price = priceNaively(deck, number, answeredAtMs + Number(sec) * 1000)?.perMinuteMicros ?? price;
    const step = BigInt(sec === 0n ? first.firstSec : first.nextSec);
    sixtieths += step * BigInt(price);
    sec += step;
  }
  const least = BigInt(first.minimumMicros) * 60n;
  const exact = sixtieths > least ? sixtieths : least;
  const unit = 60n * BigInt(roundToMicros);
  return Number(((exact + unit - 1n) / unit) * BigInt(roundToMicros));
}

function priceNaively({ timezone, bands, rates }: NaiveDeck, number: string, ms: number): Rate | undefined {
  const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone);
  const minute = local.hour * 60 + local.minute;
  const yesterday = ((local.dayOfWeek + 5) % 7) + 1;
  const holds = (index: number) => {
    const band = bands[index];
    if (band === undefined) return true;
    const { days, fromMin, toMin } = band;
    if (toMin > fromMin) return days.includes(local.dayOfWeek) && minute >= fromMin && minute < toMin;
    return (days.includes(local.dayOfWeek) && minute >= fromMin) || (days.includes(yesterday) && minute < toMin);
  };
  const fitting = rates
    .filter(({ prefix, fromMs, untilMs }) => number.slice(1).startsWith(prefix) && fromMs <= ms && ms < untilMs)
    .filter(({ band }) => band < 0 || holds(band));
  const rank = (rate: Rate) => [rate.prefix.length, rate.band < 0 ? 0 : 1, rate.fromMs] as const;
  return fitting.sort((a, b) => compare(rank(b), rank(a)))[0];
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - (b[index] ?? 0);
  return 0;
}
