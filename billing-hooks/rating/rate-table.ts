import type { RateTableRecord } from '../../bus/index.ts';
import { prefixOfKey, RATE_FIELDS, type Rate } from './rate.ts';

/** Longest E.164 number. */
const MAX_DIGITS = 15;
const ZERO = '0'.charCodeAt(0);

/** The prefixes of one length: where their keys are. */
interface LengthSpan {
  readonly length: number;
  readonly from: number;
  readonly until: number;
}

/** Longest-prefix search over packed prices: a binary search for each length that there is, whatever the size of the deck. */
export class RateTable {
  readonly #record: RateTableRecord;
  /** The longest first. */
  readonly #spans: readonly LengthSpan[];

  constructor(record: RateTableRecord) {
    this.#record = record;
    this.#spans = spansOf(record.keys);
  }

  get prefixes(): number {
    return this.#record.keys.length;
  }

  /** Every price whose prefix begins that number, the longest prefix first; what is no digit is passed over. */
  candidates(number: string): readonly Rate[] {
    const found: Rate[] = [];
    let key = 1;
    let digits = 0;
    for (let at = 0; at < number.length && digits < MAX_DIGITS; at += 1) {
      const digit = number.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) continue;
      key = key * 10 + digit;
      digits += 1;
    }
    for (const span of this.#spans) {
      if (span.length > digits) continue;
      // Exact: a key has 16 digits at most.
      const index = this.#find(Math.floor(key / 10 ** (digits - span.length)), span);
      if (index < 0) continue;
      const end = this.#record.starts[index + 1] ?? 0;
      for (let row = this.#record.starts[index] ?? 0; row < end; row += 1) found.push(this.#read(index, row));
    }
    return found;
  }

  #find(key: number, { from, until }: LengthSpan): number {
    const { keys } = this.#record;
    let low = from;
    let high = until - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const at = keys[middle] ?? 0;
      if (at === key) return middle;
      if (at < key) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #read(index: number, row: number): Rate {
    const { keys, rates } = this.#record;
    const at = (field: number) => rates[row * RATE_FIELDS + field] ?? 0;
    return {
      prefix: prefixOfKey(keys[index] ?? 1),
      fromMs: at(0),
      untilMs: at(1),
      band: at(2),
      connectFeeMicros: at(3),
      perMinuteMicros: at(4),
      minimumMicros: at(5),
      firstSec: at(6),
      nextSec: at(7),
    };
  }
}

/** Keys ascend, and a longer prefix has a greater key: each length is one stretch. */
function spansOf(keys: Float64Array): readonly LengthSpan[] {
  const spans: LengthSpan[] = [];
  for (let from = 0, length = 0; from < keys.length; length += 1) {
    let until = from;
    while (until < keys.length && (keys[until] ?? 0) < 2 * 10 ** length) until += 1;
    if (until > from) spans.unshift({ length, from, until });
    from = until;
  }
  return spans;
}
