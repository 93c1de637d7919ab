import type { RateTableRecord } from '../../bus/index.ts';
import { prefixKey, RATE_FIELDS, type Rate } from './rate.ts';

/** Prices as lists of numbers, ready to be searched and to cross between threads. */
export function packRates(rates: readonly Rate[]): RateTableRecord {
  return packRows(
    rates.length,
    (index) => prefixKey((rates[index] as Rate).prefix),
    (index, put) => {
      const { fromMs, untilMs, band, connectFeeMicros, perMinuteMicros, minimumMicros, firstSec, nextSec } = rates[
        index
      ] as Rate;
      put(fromMs, untilMs, band, connectFeeMicros, perMinuteMicros, minimumMicros, firstSec, nextSec);
    },
  );
}

type Put = (...fields: readonly [number, number, number, number, number, number, number, number]) => void;

function packRows(count: number, keyOf: (index: number) => number, write: (index: number, put: Put) => void) {
  const keyed = Float64Array.from({ length: count }, (_, index) => keyOf(index));
  const order = Uint32Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (keyed[a] ?? 0) - (keyed[b] ?? 0) || a - b,
  );
  const keys = new Float64Array(count);
  const starts = new Uint32Array(count + 1);
  const rates = new Float64Array(count * RATE_FIELDS);
  let used = 0;
  for (const [position, index] of order.entries()) {
    const key = keyed[index] ?? 0;
    if (used === 0 || keys[used - 1] !== key) {
      keys[used] = key;
      starts[used] = position;
      used += 1;
    }
    write(index, (...fields) => rates.set(fields, position * RATE_FIELDS));
  }
  starts[used] = count;
  return { keys: keys.slice(0, used), starts: starts.slice(0, used + 1), rates };
}
