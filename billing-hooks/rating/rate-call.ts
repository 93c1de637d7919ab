import type { NumberPrices } from './deck.ts';
import type { Rate } from './rate.ts';

/** What a call comes to. */
export interface RatedCall {
  readonly amountMicros: number;
  /** Seconds that were charged. */
  readonly billedSec: number;
  /** The price in force when the call was answered: it gives the intervals, the fee and the minimum. */
  readonly rate: Rate;
}

const SEC_PER_MIN = 60;

/**
 * Prices an answered call: the connection fee, then each begun interval at the price in force when it begins. The
 * sum is rounded once, up, to `roundToMicros` (design.md section 6). Where a deck ends in mid-call its last price goes on.
 * @param durationMs from the answer to the end; a begun second counts, and an answered call has at least one
 */
export function rateCall(
  prices: NumberPrices,
  roundToMicros: number,
  answeredAtMs: number,
  durationMs: number,
): RatedCall | undefined {
  const first = prices.at(answeredAtMs);
  if (first === undefined) return undefined;
  const { rate } = first;
  const seconds = Math.max(1, Math.ceil(durationMs / 1000));
  const billedSec = billedSeconds(rate, seconds);
  const perSixty = timeCharge(prices, rate, answeredAtMs, billedSec);
  const exact = Math.max(rate.minimumMicros * SEC_PER_MIN, rate.connectFeeMicros * SEC_PER_MIN + perSixty);
  const unit = SEC_PER_MIN * roundToMicros;
  return { amountMicros: Math.ceil(exact / unit) * roundToMicros, billedSec, rate };
}

/** Whole intervals: at least the first, then each one that was begun. */
function billedSeconds({ firstSec, nextSec }: Rate, seconds: number): number {
  return seconds <= firstSec ? firstSec : firstSec + Math.ceil((seconds - firstSec) / nextSec) * nextSec;
}

/** Sixtieths of micro-units: exact whole numbers. Between two changes of price all intervals are taken at once. */
function timeCharge(prices: NumberPrices, rate: Rate, answeredAtMs: number, billedSec: number): number {
  let charged = rate.firstSec * rate.perMinuteMicros;
  let sec = rate.firstSec;
  let { perMinuteMicros } = rate;
  while (sec < billedSec) {
    const now = prices.at(answeredAtMs + sec * 1000);
    perMinuteMicros = now?.rate.perMinuteMicros ?? perMinuteMicros;
    // Without a price nothing says when there is one again: look at each interval.
    const untilSec = now === undefined ? sec : (now.untilMs - answeredAtMs) / 1000;
    const left = (billedSec - sec) / rate.nextSec;
    const count = Math.min(left, Math.max(1, Math.ceil((untilSec - sec) / rate.nextSec)));
    charged += count * rate.nextSec * perMinuteMicros;
    sec += count * rate.nextSec;
  }
  return charged;
}

/**
 * How many whole seconds a call may last so that it costs no more than `fundsMicros`; 0 when not even its first
 * interval is paid. Beyond `maxSec` it is not looked.
 * @param costs micro-units for so many seconds; more seconds never cost less
 */
export function affordableSec(costs: (sec: number) => number, fundsMicros: number, maxSec: number): number {
  if (costs(maxSec) <= fundsMicros) return maxSec;
  let paid = 0;
  let unpaid = maxSec;
  while (unpaid - paid > 1) {
    const middle = (paid + unpaid) >>> 1;
    if (costs(middle) <= fundsMicros) paid = middle;
    else unpaid = middle;
  }
  return paid;
}
