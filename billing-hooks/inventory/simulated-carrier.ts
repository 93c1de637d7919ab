import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type CarrierAdapter, CarrierError, type NumberOffer } from './carrier-adapter.ts';
import { offersOf } from './coverage.ts';
import { matchesQuery } from './match-offer.ts';
import { Reservations } from './reservations.ts';
import { simulateMessages } from './simulated-messages.ts';
import { simulatePorting } from './simulated-porting.ts';

export interface SimulatedCarrierOptions {
  /** Which of these numbers are sold, or came back too recently to be sold again. */
  findSold(numbers: readonly string[]): Promise<ReadonlySet<string>>;
  readonly nowMs: () => number;
  /** @default 15 minutes */
  readonly reservationMs?: number;
}

const MAX_CACHED_COUNTRIES = 300;

/** A carrier that exists in this process only: always the same numbers, and no money of its own. */
export function createSimulatedCarrier(options: SimulatedCarrierOptions): CarrierAdapter {
  const { nowMs, reservationMs = 15 * 60_000 } = options;
  const offers = new Map<string, readonly NumberOffer[]>();
  const reserved = new Reservations(nowMs, reservationMs);
  const stock = (country: string) => {
    const known = offers.get(country);
    if (known !== undefined) return known;
    const made = offersOf(country);
    if (offers.size < MAX_CACHED_COUNTRIES) offers.set(country, made);
    return made;
  };
  const find = (number: string) => {
    const country = parsePhoneNumberFromString(number)?.country ?? '';
    const offer = stock(country).find((candidate) => candidate.number === number);
    if (offer === undefined) throw new CarrierError('unavailable', 'is not a number on sale', number);
    return offer;
  };
  return {
    name: 'simulated',
    search: async (query, { offset, limit }) => {
      const matching = stock(query.country).filter((offer) => matchesQuery(offer, query));
      const sold = await options.findSold(matching.map(({ number }) => number));
      const left = matching.filter(({ number }) => !sold.has(number) && !reserved.isHeld(number));
      return { total: left.length, offers: left.slice(offset, offset + limit) };
    },
    reserve: async (numbers, reference) => {
      const wanted = numbers.map(find);
      const sold = await options.findSold(numbers);
      const gone = numbers.find((number) => sold.has(number) || reserved.isHeld(number, reference));
      if (gone !== undefined) throw new CarrierError('unavailable', 'is no longer on sale', gone);
      reserved.hold(numbers, reference);
      return wanted;
    },
    // What is sold stands with whoever bought it (`findSold`); the reservation has done its work.
    buy: async (reference) => reserved.drop(reference),
    release: async (numbers, reference) => reserved.drop(reference, numbers),
    ...simulateMessages(options.findSold),
    submitRegulatory: async () => ({ status: 'pending' }),
    ...simulatePorting(nowMs),
    balance: async () => ({ amountMicros: 0, currency: 'EUR' }),
  };
}
