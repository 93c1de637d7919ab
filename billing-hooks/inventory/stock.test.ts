import { join } from 'node:path';
import t from 'tap';
import { getBalance, listDids } from '../../tenancy/index.ts';
import { CarrierOrders } from '../orders/carrier-orders.ts';
import { checkout, findSoldNumbers, releaseNumber } from '../orders/index.ts';
import { FileCarrier } from '../orders/test-carrier.ts';
import { openTestShop } from '../test-store.ts';
import {
  createDefaultCarrier,
  createStockCarrier,
  importStock,
  listStock,
  type NumberOffer,
  removeStock,
} from './index.ts';

const EVERYTHING = { afterId: 0, offset: 0, limit: 1000 };

function offer(number: string, more: Partial<NumberOffer> = {}): NumberOffer {
  return {
    ...{ number, country: 'NL', type: 'local', city: 'Utrecht', monthlyRateMicros: 2_000_000, setupFeeMicros: 500_000 },
    ...{ currency: 'EUR', smsEnabled: false, requiresRegulatory: false },
    ...more,
  };
}

const OWN = ['+31301112221', '+31301112222', '+31301112223'];

async function open(t: Parameters<typeof openTestShop>[0]) {
  const shop = await openTestShop(t, 10_000);
  const { store } = shop;
  await store.write((context) =>
    importStock(
      context,
      OWN.map((number) => offer(number)),
      'fail',
    ),
  );
  return { ...shop, carrier: createDefaultCarrier(store) };
}

t.test('numbers in stock are found first, page by page, and every other number after them', async (t) => {
  const { carrier } = await open(t);
  const all = await carrier.search({ country: 'NL', type: 'local' }, { offset: 0, limit: 1000 });
  t.same(
    all.offers.slice(0, 3).map(({ number }) => number),
    OWN,
  );
  const paged: string[] = [];
  for (let offset = 0; offset < all.total; offset += 2) {
    const { offers, total } = await carrier.search({ country: 'NL', type: 'local' }, { offset, limit: 2 });
    t.equal(total, all.total);
    paged.push(...offers.map(({ number }) => number));
  }
  t.same(
    paged,
    all.offers.map(({ number }) => number),
  );
  t.equal(
    (await carrier.search({ country: 'NL', city: 'utrecht' }, { offset: 0, limit: 9 })).offers[0]?.number,
    OWN[0],
  );
  t.equal((await carrier.search({ country: 'NL', smsEnabled: true }, { offset: 0, limit: 9 })).offers[0]?.city, null);
});

t.test(
  'an order of numbers from stock and from the carrier is one order; what comes back rests, then is sold',
  async (t) => {
    const { store, clock, accountId, carrier } = await open(t);
    const { offers } = await carrier.search({ country: 'US', type: 'local' }, { offset: 0, limit: 1 });
    const [foreign] = offers;
    const buy = (...numbers: string[]) =>
      checkout(
        { store, carrier },
        { accountId, actor: 't', items: numbers.map((number) => ({ number })), idempotencyKey: undefined },
      );
    const order = await buy(OWN[0] ?? '', foreign?.number ?? '');
    t.equal(order.totalMicros, 2_500_000 + (foreign?.monthlyRateMicros ?? 0) + (foreign?.setupFeeMicros ?? 0));
    t.equal(await getBalance(store, accountId), 100_000_000 - order.totalMicros);
    await t.rejects(buy(OWN[0] ?? ''), { code: 'conflict' });
    await t.rejects(buy(OWN[1] ?? '', '+31999999999'), { code: 'conflict' });
    t.match(await buy(OWN[1] ?? ''), { status: 'completed' }, 'nothing hangs of the order that failed');
    await store.write((context) => releaseNumber(context, carrier, OWN[0] ?? '', null));
    await t.rejects(buy(OWN[0] ?? ''), { code: 'conflict' });
    clock.advance(31 * 86_400_000);
    t.match(await buy(OWN[0] ?? ''), { status: 'completed' });
  },
);

t.test('of 50 who want the last number one gets it', async (t) => {
  const { store, accountId, carrier } = await open(t);
  const request = { accountId, actor: 't', items: [{ number: OWN[2] ?? '' }], idempotencyKey: undefined };
  const all = await Promise.allSettled(Array.from({ length: 50 }, () => checkout({ store, carrier }, request)));
  t.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
  t.equal(await getBalance(store, accountId), 100_000_000 - 2_500_000);
});

t.test('beside a carrier across a network an order goes on after a crash, also of stock alone', async (t) => {
  const { store, clock, accountId } = await open(t);
  const books = new FileCarrier(join(t.testdir(), 'carrier.json'));
  const make = (dies = false) => {
    const findSold = (numbers: readonly string[]) => findSoldNumbers(store, numbers);
    const stock = createStockCarrier({ store, findSold, carrier: books.adapter });
    return dies ? { ...stock, buy: () => new Promise<never>(() => undefined) } : stock;
  };
  for (const [index, numbers] of [[OWN[0]], [OWN[1], '+12025550101']].entries()) {
    const items = numbers.map((number) => ({ number: number ?? '' }));
    const request = { accountId, actor: 't', items, idempotencyKey: undefined };
    // It hangs in the middle of buying, as if its process had gone.
    checkout({ store, carrier: make(true) }, request).catch(() => undefined);
    for (let turns = 0; turns < 500; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(60_000);
    t.equal(await new CarrierOrders({ store, carrier: make() }).recover(), 1);
    t.equal((await listDids(store, {}, EVERYTHING, null)).total, index === 0 ? 1 : 3);
  }
  t.same(Object.keys(books.books.bought), ['+12025550101'], 'the carrier is asked for its own numbers alone');
});

t.test('an import is told what is there already, changes what is new in it, and takes all or nothing', async (t) => {
  const { store } = await open(t);
  const put = (offers: readonly NumberOffer[], onExisting: 'fail' | 'skip' | 'update') =>
    store.write((context) => importStock(context, offers, onExisting));
  t.same(await put([offer(OWN[0] ?? ''), offer('+31301112229')], 'fail'), { existing: [OWN[0]] });
  t.equal((await listStock(store, {}, EVERYTHING)).total, 3);
  const dearer = offer(OWN[0] ?? '', { monthlyRateMicros: 3_000_000 });
  t.same(await put([dearer, offer('+31301112229')], 'skip'), { created: 1, changed: 0, unchanged: 1 });
  t.same(await put([dearer, offer('+31301112229')], 'update'), { created: 0, changed: 1, unchanged: 1 });
  await t.rejects(put([offer('+31301112230'), offer('+31301112231', { monthlyRateMicros: -1 })], 'fail'));
  t.match(await listStock(store, { country: 'NL' }, EVERYTHING), {
    total: 4,
    rows: [{ monthlyRateMicros: 3_000_000 }],
  });
  t.match(await store.write((context) => removeStock(context, '+31301112229')), { number: '+31301112229' });
  t.equal(await store.write((context) => removeStock(context, '+31301112229')), undefined);
  const many = Array.from({ length: 2500 }, (_, n) => offer(`+3130${String(2_000_000 + n)}`));
  t.match(await put(many, 'fail'), { created: 2500 });
});
