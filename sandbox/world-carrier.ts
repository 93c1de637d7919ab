import { type CarrierAdapter, CarrierError, createDefaultCarrier, type NumberOffer } from '../billing-hooks/index.ts';
import { fromCents, type Store } from '../tenancy/index.ts';
import { magicOf, type NumberMagic } from './magic-numbers.ts';

/** So long the late number's carrier does not answer (ms). */
const LATE_MS = 60_000;
/** So long the simulated regulator looks at documents (ms). */
const DECIDES_AFTER_MS = 3_600_000;
const PRICE_CENTS = 100;
/** More than any test wallet is given. */
const COSTLY_CENTS = 1_000_000_000;

/**
 * The carrier of a test world: the simulated one, across a simulated network, and with the magic numbers, which are for
 * sale and never found. It remembers nothing: what it was asked for stands in the world's orders and submissions.
 */
export function createTestCarrier(store: Store): CarrierAdapter {
  const carrier = createDefaultCarrier(store);
  const ordered = (reference: string) => findOrder(store, reference);
  return {
    ...carrier,
    name: 'sandbox',
    isRemote: true,
    reserve: async (numbers, reference) => {
      const gone = numbers.find((number) => magicOf(number) === 'gone');
      if (gone !== undefined) throw new CarrierError('unavailable', 'is no longer on sale', gone);
      const plain = numbers.filter((number) => magicOf(number) === undefined);
      const offers = plain.length === 0 ? [] : await carrier.reserve(plain, reference);
      return [...offers, ...numbers.flatMap((number) => magicOffer(number) ?? [])];
    },
    buy: async (...order) => {
      const { numbers, ageMs } = await ordered(order[0]);
      for (const number of numbers) judgePurchase(number, magicOf(number), ageMs);
      await carrier.buy(...order);
    },
    submitRegulatory: async ({ numbers, reference }) => {
      const { createdAtMs } = await store.db
        .selectFrom('regulatorySubmissions')
        .select('createdAtMs')
        .where('uuid', '=', reference)
        .executeTakeFirstOrThrow();
      if (store.clock.nowMs() < createdAtMs + DECIDES_AFTER_MS) return { status: 'pending' };
      const rejected = numbers.find((number) => magicOf(number) === 'rejected');
      if (rejected === undefined) return { status: 'approved' };
      return { status: 'rejected', reason: `The documents do not fit ${rejected}.` };
    },
  };
}

/** @throws CarrierError when the number is one that cannot be bought, or not yet */
function judgePurchase(number: string, magic: NumberMagic | undefined, ageMs: number): void {
  if (magic === 'refused') throw new CarrierError('refused', 'is not sold by the carrier', number);
  if (magic === 'silent' || (magic === 'late' && ageMs < LATE_MS))
    throw new CarrierError('unreachable', 'does not answer', number);
}

function magicOffer(number: string): NumberOffer | undefined {
  const magic = magicOf(number);
  if (magic === undefined) return undefined;
  return {
    ...{ number, country: 'US', type: 'local', city: 'New York', currency: 'EUR', smsEnabled: true },
    monthlyRateMicros: fromCents(magic === 'costly' ? COSTLY_CENTS : PRICE_CENTS),
    setupFeeMicros: 0,
    requiresRegulatory: magic === 'approved' || magic === 'rejected',
  };
}

/** What an order wants of the carrier, and how long ago it was placed. */
async function findOrder(store: Store, reference: string) {
  const row = await store.db
    .selectFrom('carrierOrders')
    .innerJoin('orders', 'orders.id', 'carrierOrders.orderId')
    .select(['carrierOrders.plan', 'orders.createdAtMs'])
    .where('carrierOrders.reference', '=', reference)
    .executeTakeFirstOrThrow();
  const { wanted } = JSON.parse(row.plan) as { readonly wanted: readonly string[] };
  return { numbers: wanted, ageMs: store.clock.nowMs() - row.createdAtMs };
}
