import type { RateTableRecord } from '../../bus/index.ts';
import { prefixKey, prefixOfKey, RATE_FIELDS, type Rate } from './rate.ts';

/** Longest E.164 number. */
const MAX_DIGITS = 15;

/** Longest-prefix search over packed prices: a binary search a digit, whatever the size of the deck. */
export class RateTable {
  readonly #record: RateTableRecord;

  constructor(record: RateTableRecord) {
    this.#record = record;
  }

  get prefixes(): number {
    return this.#record.keys.length;
  }

  /** Every price whose prefix begins that number, the longest prefix first. */
  candidates(digits: string): readonly Rate[] {
    const found: Rate[] = [];
    for (let length = Math.min(digits.length, MAX_DIGITS); length >= 0; length -= 1) {
      const index = this.#find(prefixKey(digits.slice(0, length)));
      if (index < 0) continue;
      const end = this.#record.starts[index + 1] ?? 0;
      for (let row = this.#record.starts[index] ?? 0; row < end; row += 1) found.push(this.#read(index, row));
    }
    return found;
  }

  #find(key: number): number {
    const { keys } = this.#record;
    let low = 0;
    let high = keys.length - 1;
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
