import type { DeckRecord, RateDirection } from '../../bus/index.ts';
import { BandCalendar } from './band-calendar.ts';
import type { Rate } from './rate.ts';
import { RateTable } from './rate-table.ts';

/** The price at a moment, and until when it is the price at least (epoch ms). */
export interface PriceNow {
  readonly rate: Rate;
  readonly untilMs: number;
}

/** What a number costs over time, by one deck. */
export interface NumberPrices {
  at(ms: number): PriceNow | undefined;
}

/** A price list in memory. */
export class Deck {
  readonly record: DeckRecord;
  readonly #calendar: BandCalendar;
  readonly #tables: Readonly<Partial<Record<RateDirection, RateTable>>>;

  constructor(record: DeckRecord) {
    this.record = record;
    this.#calendar = new BandCalendar(record.timezone, record.bands);
    const tables = Object.entries(record.tables).map(([name, table]) => [name, new RateTable(table)]);
    this.#tables = Object.fromEntries(tables) as Partial<Record<RateDirection, RateTable>>;
  }

  /** Whether it prices that direction at all. */
  has(direction: RateDirection): boolean {
    return (this.#tables[direction]?.prefixes ?? 0) > 0;
  }

  /** The prices of one number (`+` and digits); `undefined` when no prefix fits. A toll-free number without prices
   * of its own is priced as any other inbound one. */
  pricesOf(direction: RateDirection, number: string): NumberPrices | undefined {
    const found = this.#tables[direction]?.candidates(number) ?? [];
    if (found.length > 0) return { at: (ms) => this.#priceAt(found, ms) };
    return direction === 'toll_free' ? this.pricesOf('in', number) : undefined;
  }

  /** The longest prefix with a price in force wins; of it the one whose band holds, else the one without a band. */
  #priceAt(candidates: readonly Rate[], ms: number): PriceNow | undefined {
    const { mask, untilMs: bandsUntilMs } = this.#calendar.at(ms);
    let best: Rate | undefined;
    let untilMs = bandsUntilMs;
    for (const rate of candidates) {
      if (rate.fromMs > ms) untilMs = Math.min(untilMs, rate.fromMs);
      if (rate.fromMs > ms || rate.untilMs <= ms) continue;
      untilMs = Math.min(untilMs, rate.untilMs);
      if (rate.band >= 0 && (mask & (1 << rate.band)) === 0) continue;
      if (best === undefined || beats(rate, best)) best = rate;
    }
    return best === undefined ? undefined : { rate: best, untilMs };
  }
}

/** A longer prefix, then a band, then the price that came later. */
function beats(rate: Rate, best: Rate): boolean {
  if (rate.prefix.length !== best.prefix.length) return rate.prefix.length > best.prefix.length;
  if (rate.band >= 0 !== best.band >= 0) return rate.band >= 0;
  return rate.fromMs > best.fromMs;
}
