import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { DEFAULT_CURRENCY, getBalance } from '../../tenancy/index.ts';
import { type CarrierAdapter, CarrierError, type NumberOffer } from '../inventory/index.ts';
import { creditOf } from '../terms/index.ts';
import {
  type CheckoutDeps,
  type CheckoutItem,
  checkDuplicates,
  findHeld,
  itemValues,
  linesOf,
  refusal,
  totalOf,
} from './order-lines.ts';

export interface Quote {
  readonly currency: string;
  /** Setup fees and the first month. */
  readonly totalMicros: number;
  /** Each month from then on. */
  readonly monthlyMicros: number;
  readonly items: readonly ReturnType<typeof itemValues>[];
  readonly balanceMicros: number;
  /** The wallet, with its credit, pays for it now; calls that are up may hold a part of it. */
  readonly isAffordable: boolean;
}

/** Numbers are looked for so many at a time. */
const PAGE = 500;

/**
 * What a cart would cost now; nothing is reserved and nothing is changed.
 * @throws TenancyError `conflict`, `validation_failed`
 */
export async function quoteOrder(
  { store, carrier }: CheckoutDeps,
  { accountId, items }: { readonly accountId: number; readonly items: readonly CheckoutItem[] },
): Promise<Quote> {
  checkDuplicates(items);
  const held = await Promise.all(items.map((item) => findHeld(store, item.number, accountId)));
  try {
    const wanted = items.filter((_, index) => held[index] === undefined);
    const lines = linesOf(items, held, await findOffers(carrier, wanted));
    const totalMicros = totalOf(lines);
    const balanceMicros = await getBalance(store, accountId);
    return {
      currency: DEFAULT_CURRENCY,
      totalMicros,
      monthlyMicros: lines.reduce((sum, { offer }) => sum + offer.monthlyRateMicros, 0),
      items: lines.map(itemValues),
      balanceMicros,
      isAffordable: balanceMicros + (await creditOf(store, accountId)) >= totalMicros,
    };
  } catch (error) {
    throw error instanceof CarrierError ? refusal(error, items) : error;
  }
}

async function findOffers(carrier: CarrierAdapter, items: readonly CheckoutItem[]): Promise<readonly NumberOffer[]> {
  const left = new Set(items.map(({ number }) => number));
  const found: NumberOffer[] = [];
  for (const country of new Set([...left].map(countryOf))) {
    for (let offset = 0; ; offset += PAGE) {
      const { total, offers } = await carrier.search({ country }, { offset, limit: PAGE });
      for (const offer of offers) if (left.delete(offer.number)) found.push(offer);
      if (offset + PAGE >= total || ![...left].some((number) => countryOf(number) === country)) break;
    }
  }
  const [gone] = left;
  if (gone !== undefined) throw new CarrierError('unavailable', 'is not a number on sale', gone);
  return found;
}

function countryOf(number: string): string {
  return parsePhoneNumberFromString(number)?.country ?? '';
}
