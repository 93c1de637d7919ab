import type { Store } from '../../tenancy/index.ts';
import { type CarrierAdapter, CarrierError } from './carrier-adapter.ts';
import { matchesQuery } from './match-offer.ts';
import { Reservations } from './reservations.ts';
import { stockOf, stockOfCountry } from './stock.ts';

export interface StockCarrierOptions {
  readonly store: Store;
  /** Which of these numbers are sold, or came back too recently to be sold again. */
  findSold(numbers: readonly string[]): Promise<ReadonlySet<string>>;
  /** Where all other numbers come from. */
  readonly carrier: CarrierAdapter;
  /** @default 15 minutes */
  readonly reservationMs?: number;
}

/** Numbers of the operator's own before those of a carrier: whoever searches and orders sees one shop. */
export function createStockCarrier(options: StockCarrierOptions): CarrierAdapter {
  const { store, findSold, carrier, reservationMs = 15 * 60_000 } = options;
  const reserved = new Reservations(() => store.clock.nowMs(), reservationMs);
  /** Orders of this process, and whether the carrier has a part in them. */
  const ofCarrier = new Map<string, boolean>();
  return {
    ...carrier,
    search: async (query, { offset, limit }) => {
      const inStock = await stockOfCountry(store, query.country);
      const matching = inStock.filter((offer) => matchesQuery(offer, query));
      const sold = await findSold(matching.map(({ number }) => number));
      const left = matching.filter(({ number }) => !sold.has(number) && !reserved.isHeld(number));
      const own = left.slice(offset, offset + limit);
      const page = { offset: Math.max(0, offset - left.length), limit: Math.max(1, limit - own.length) };
      const { total, offers } = await carrier.search(query, page);
      const known = new Set(inStock.map(({ number }) => number));
      const others = own.length < limit ? offers.filter(({ number }) => !known.has(number)) : [];
      return { total: left.length + total, offers: [...own, ...others] };
    },
    reserve: async (numbers, reference) => {
      const own = await stockOf(store, numbers);
      const others = numbers.filter((number) => !own.has(number));
      const sold = await findSold([...own.keys()]);
      const gone = [...own.keys()].find((number) => sold.has(number) || reserved.isHeld(number, reference));
      if (gone !== undefined) throw new CarrierError('unavailable', 'is no longer on sale', gone);
      reserved.hold([...own.keys()], reference);
      ofCarrier.set(reference, others.length > 0);
      return [...own.values(), ...(others.length > 0 ? await carrier.reserve(others, reference) : [])];
    },
    buy: async (reference, numbers) => {
      reserved.drop(reference);
      // Within a transaction the store cannot be asked; an order that is older than this process is not in one.
      const hasPart = ofCarrier.get(reference) ?? (await stockOf(store, numbers)).size < numbers.length;
      if (hasPart) await carrier.buy(reference, numbers);
      ofCarrier.delete(reference);
    },
    release: async (numbers, reference) => {
      reserved.drop(reference, numbers);
      ofCarrier.delete(reference);
      await carrier.release(numbers, reference);
    },
  };
}
