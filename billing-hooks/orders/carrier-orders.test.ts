import { join } from 'node:path';
import t from 'tap';
import { getBalance, listDids, verifyLedger } from '../../tenancy/index.ts';
import { CARRIER_CALLS, CARRIER_FAULTS, type CarrierFault, createFaultyCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { CarrierOrders } from './carrier-orders.ts';
import { checkout } from './checkout.ts';
import { crashEverywhere } from './crash-matrix.ts';
import { offboardAccount } from './offboard-account.ts';
import { FileCarrier } from './test-carrier.ts';

const EVERYTHING = { afterId: 0, offset: 0, limit: 1000 };
const NUMBER = '+12025550101';

// Each kill is two processes, which on a busy machine take their time.
t.setTimeout(900_000);

async function openRemote(t: Parameters<typeof openTestShop>[0], cents: number, faults = {}) {
  const shop = await openTestShop(t, cents);
  const books = new FileCarrier(join(t.testdir(), 'carrier.json'));
  const carrier = createFaultyCarrier(books.adapter, { faults });
  const buy = (...numbers: string[]) =>
    checkout(
      { store: shop.store, carrier },
      {
        accountId: shop.accountId,
        actor: 'test',
        items: numbers.map((number) => ({ number })),
        idempotencyKey: undefined,
      },
    );
  const recover = () => new CarrierOrders({ store: shop.store, carrier }).recover();
  return { ...shop, books, carrier, buy, recover };
}

t.test('across a network an order is whole: reserved, money held, bought, captured', async (t) => {
  const { store, accountId, books, buy } = await openRemote(t, 1000);
  const order = await buy(NUMBER, '+12025550102');
  t.match(order, { status: 'completed', totalMicros: 2_000_000, items: [{ status: 'active', didId: Number }, {}] });
  t.equal(await getBalance(store, accountId), 8_000_000);
  t.equal(await getBalance(store, accountId, 'EUR', 'held'), 0);
  t.equal(Object.keys(books.books.bought).length, 2);
  t.same((await verifyLedger(store)).faults, []);
});

t.test('whatever goes wrong once at whichever step, the order is whole or nothing of it is left', async (t) => {
  for (const call of CARRIER_CALLS)
    for (const way of CARRIER_FAULTS) {
      t.test(`${call}: ${way}`, async (t) => {
        const faults = { ...(call === 'release' ? { buy: ['refuse'] } : {}), [call]: [way] };
        const { store, accountId, clock, books, buy, recover } = await openRemote(t, 1000, faults);
        const order = await buy(NUMBER).catch(() => undefined);
        for (let round = 0; round < 3; round += 1) {
          clock.advance(60_000);
          await recover();
        }
        const whole = order?.status === 'completed';
        t.equal(whole, call !== 'release' && way !== 'refuse');
        t.equal(await getBalance(store, accountId), whole ? 9_000_000 : 10_000_000);
        t.equal(await getBalance(store, accountId, 'EUR', 'held'), 0);
        t.equal((await listDids(store, {}, EVERYTHING, null)).total, whole ? 1 : 0);
        t.same(books.books, { reserved: {}, bought: whole ? books.books.bought : {} }, 'no reservation hangs');
        t.same(await store.db.selectFrom('carrierHolds').selectAll().execute(), []);
      });
    }
});

t.test('a carrier that does not answer leaves the order pending, and it is taken up until it does', async (t) => {
  const faults = { buy: Array<CarrierFault>(7).fill('fail') };
  const { store, accountId, clock, buy, recover } = await openRemote(t, 1000, faults);
  t.match(await buy(NUMBER), { status: 'pending' });
  t.equal(await getBalance(store, accountId, 'EUR', 'held'), 1_000_000);
  await t.rejects(buy(NUMBER), { code: 'conflict' }, 'meanwhile nobody else gets the number');
  t.equal(await recover(), 0, 'not before its time');
  for (let round = 0; round < 2; round += 1) {
    clock.advance(15_000);
    t.equal(await recover(), 1);
  }
  t.equal((await listDids(store, {}, EVERYTHING, null)).total, 1);
  t.equal(await getBalance(store, accountId), 9_000_000);
});

t.test('a carrier that never answers gives the money back, and is told to let go until it hears', async (t) => {
  const faults = { buy: Array<CarrierFault>(100).fill('late'), release: Array<CarrierFault>(5).fill('fail') };
  const { store, accountId, clock, books, buy, recover } = await openRemote(t, 1000, faults);
  await buy(NUMBER);
  for (let round = 0; round < 25; round += 1) {
    clock.advance(15_000);
    await recover();
  }
  t.equal(await getBalance(store, accountId), 10_000_000);
  t.same(books.books, { reserved: {}, bought: {} });
  t.match(await store.db.selectFrom('orders').select('status').execute(), [{ status: 'failed' }]);
});

t.test('what the wallet cannot pay is not bought, and the key can be used again', async (t) => {
  const { store, accountId, books, carrier } = await openRemote(t, 99);
  const request = { accountId, actor: 'test', items: [{ number: NUMBER }], idempotencyKey: 'k' };
  for (let tries = 0; tries < 2; tries += 1)
    await t.rejects(checkout({ store, carrier }, request), { code: 'insufficient_balance' });
  t.same(books.books, { reserved: {}, bought: {} });
  t.equal(await getBalance(store, accountId), 990_000);
});

t.test('of 200 parallel orders of one number, and of 200 for the last euro, exactly one wins', async (t) => {
  const one = await openRemote(t, 100_000);
  const same = await Promise.allSettled(Array.from({ length: 200 }, () => one.buy(NUMBER)));
  t.equal(same.filter(({ status }) => status === 'fulfilled').length, 1);
  t.equal(await getBalance(one.store, one.accountId), 999_000_000);
  const last = await openRemote(t, 100);
  const numbers = Array.from({ length: 200 }, (_, n) => `+1202555${String(1000 + n)}`);
  const each = await Promise.allSettled(numbers.map((number) => last.buy(number)));
  t.equal(each.filter(({ status }) => status === 'fulfilled').length, 1);
  t.equal(await getBalance(last.store, last.accountId), 0);
  t.equal(Object.keys(last.books.books.bought).length, 1);
  t.same(last.books.books.reserved, {});
});

t.test('killed by kill -9 at every await point, an order is whole or nothing after recovery', async (t) => {
  // How it goes when the carrier goes wrong as well: npm run soak checkout-crash.
  const results = await crashEverywhere(t.testdir(), { call: 'buy', fault: 'late' });
  t.ok(results.length > 10, `${results.length} points`);
  for (const { killAt, verdict } of results) t.match(verdict, /^(whole|nothing)$/, `killed at ${killAt}: ${verdict}`);
});

t.test('an account that is closed while its order waits gets its money back, and no number', async (t) => {
  const faults = { buy: Array<CarrierFault>(4).fill('fail') };
  const { store, accountId, clock, books, carrier, buy, recover } = await openRemote(t, 1000, faults);
  t.match(await buy(NUMBER), { status: 'pending' });
  t.equal(await getBalance(store, accountId), 9_000_000);
  await offboardAccount({ store, carrier }, accountId, 'test');
  for (let round = 0; round < 3; round += 1) {
    clock.advance(60_000);
    await recover();
  }
  t.equal(await getBalance(store, accountId), 10_000_000);
  t.equal(await getBalance(store, accountId, 'EUR', 'held'), 0);
  t.equal((await listDids(store, {}, EVERYTHING, null)).total, 0);
  t.same(books.books, { reserved: {}, bought: {} });
  t.same((await verifyLedger(store)).faults, []);
});
