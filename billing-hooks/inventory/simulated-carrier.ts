import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type CarrierAdapter, CarrierError, type InventoryQuery, type NumberOffer } from './carrier-adapter.ts';
import { offersOf } from './coverage.ts';
import { simulateMessages } from './simulated-messages.ts';

export interface SimulatedCarrierOptions {
  /** Which of these numbers are sold, or came back too recently to be sold again. */
  findSold(numbers: readonly string[]): Promise<ReadonlySet<string>>;
  readonly nowMs: () => number;
  /** @default 15 minutes */
  readonly reservationMs?: number;
}

interface Reservation {
  readonly reference: string;
  readonly untilMs: number;
}

const MAX_CACHED_COUNTRIES = 300;

/** A carrier that exists in this process only: always the same numbers, and no money of its own. */
export function createSimulatedCarrier(options: SimulatedCarrierOptions): CarrierAdapter {
  const { nowMs, reservationMs = 15 * 60_000 } = options;
  const offers = new Map<string, readonly NumberOffer[]>();
  const reserved = new Map<string, Reservation>();
  const stock = (country: string) => {
    const known = offers.get(country);
    if (known !== undefined) return known;
    const made = offersOf(country);
    if (offers.size < MAX_CACHED_COUNTRIES) offers.set(country, made);
    return made;
  };
  const isHeld = (number: string, reference?: string) => {
    const holder = reserved.get(number);
    return holder !== undefined && holder.untilMs > nowMs() && holder.reference !== reference;
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
      const matching = stock(query.country).filter((offer) => matches(offer, query));
      const sold = await options.findSold(matching.map(({ number }) => number));
      const left = matching.filter(({ number }) => !sold.has(number) && !isHeld(number));
      return { total: left.length, offers: left.slice(offset, offset + limit) };
    },
    reserve: async (numbers, reference) => {
      const wanted = numbers.map(find);
      const sold = await options.findSold(numbers);
      const gone = numbers.find((number) => sold.has(number) || isHeld(number, reference));
      if (gone !== undefined) throw new CarrierError('unavailable', 'is no longer on sale', gone);
      const untilMs = nowMs() + reservationMs;
      for (const number of numbers) reserved.set(number, { reference, untilMs });
      return wanted;
    },
    // What is sold stands with whoever bought it (`findSold`); the reservation has done its work.
    buy: async (reference) => forget(reserved, (holder) => holder.reference === reference),
    release: async (numbers, reference) => {
      for (const number of numbers) if (reserved.get(number)?.reference === reference) reserved.delete(number);
    },
    ...simulateMessages(options.findSold),
    submitRegulatory: async () => ({ status: 'pending' }),
    balance: async () => ({ amountMicros: 0, currency: 'EUR' }),
  };
}

function forget(reserved: Map<string, Reservation>, isOver: (holder: Reservation) => boolean): void {
  for (const [number, holder] of reserved) if (isOver(holder)) reserved.delete(number);
}

function matches(offer: NumberOffer, { type, city, smsEnabled }: InventoryQuery): boolean {
  if (type !== undefined && offer.type !== type) return false;
  if (smsEnabled !== undefined && offer.smsEnabled !== smsEnabled) return false;
  return city === undefined || (offer.city !== null && plain(offer.city) === plain(city));
}

/** `München` and `munchen` are the same city. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase();
}
