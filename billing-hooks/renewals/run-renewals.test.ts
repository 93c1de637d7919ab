import t from 'tap';
import {
  createAccount,
  createTrunk,
  findDid,
  getBalance,
  listTransactions,
  type Store,
  TenancyError,
  takeOutbox,
  topUp,
  updateDid,
  verifyLedger,
} from '../../tenancy/index.ts';
import type { CallHolds } from '../funds/index.ts';
import { createDefaultCarrier } from '../inventory/index.ts';
import { checkout } from '../orders/index.ts';
import { setTerms } from '../terms/index.ts';
import { openTestShop, type TestShop } from '../test-store.ts';
import { listCosts, projectCost } from './costs.ts';
import { runRenewals } from './run-renewals.ts';

const DAY_MS = 86_400_000;

async function buy({ store, accountId }: TestShop, country: string, count: number) {
  const carrier = createDefaultCarrier(store);
  const { offers } = await carrier.search({ country, type: 'local' }, { offset: 0, limit: count });
  const order = await checkout(
    { store, carrier },
    { accountId, actor: 'test', items: offers, idempotencyKey: undefined },
  );
  return { carrier, ids: order.items.map(({ didId }) => didId ?? 0), numbers: offers.map(({ number }) => number) };
}

async function told(store: Store, event: string) {
  return (await takeOutbox(store, 100_000)).filter((row) => row.event === event);
}

t.test('a month is charged once, to the trunk that the number rings then', async (t) => {
  const shop = await openTestShop(t, 1000);
  const { store, clock, accountId } = shop;
  const { carrier, ids, numbers } = await buy(shop, 'US', 1);
  const { trunk } = await store.write((context) => createTrunk(context, { accountId, name: 'Acme' }));
  await store.write((context) =>
    updateDid(context, ids[0] ?? 0, { destination: { kind: 'trunk', trunkId: trunk.id } }, null),
  );
  t.match(await runRenewals(store, carrier), { renewed: 0, suspended: 0, released: 0 });
  clock.advance(31 * DAY_MS);
  t.match(await runRenewals(store, carrier), { renewed: 1 });
  t.match(await runRenewals(store, carrier), { renewed: 0 });
  t.equal(await getBalance(store, accountId), 8_000_000);
  const { rows } = await listTransactions(store, { accountId }, { afterId: 0, offset: 0, limit: 10 }, null);
  t.match(rows[2], { referenceType: 'number', referenceId: ids[0], trunkUuid: trunk.uuid, amountMicros: -1_000_000 });
  const costs = await listCosts(store, { accountId, groupBy: 'trunk', fromMs: 0, toMs: clock.nowMs() + 1 });
  t.same(costs, [
    { key: null, name: null, currency: 'EUR', amountMicros: 1_000_000, charges: 1 },
    { key: trunk.uuid, name: 'Acme', currency: 'EUR', amountMicros: 1_000_000, charges: 1 },
  ]);
  t.match(await projectCost(store, accountId), {
    monthlyMicros: 1_000_000,
    numbers: 1,
    byTrunk: [{ trunkUuid: trunk.uuid, trunkName: 'Acme', numbers: 1, monthlyMicros: 1_000_000 }],
    runsOut: { number: numbers[0], missingMicros: 1_000_000 },
  });
});

t.test(
  'without money a number is suspended, comes back with money, and is released after the grace period',
  async (t) => {
    const shop = await openTestShop(t, 200);
    const { store, clock, accountId } = shop;
    const { carrier, ids, numbers } = await buy(shop, 'US', 2);
    clock.advance(31 * DAY_MS);
    t.match(await runRenewals(store, carrier), { renewed: 0, suspended: 2, released: 0 });
    t.match(await told(store, 'number.suspended'), [
      { data: { number: numbers[0] } },
      { data: { number: numbers[1] } },
    ]);
    clock.advance(3 * DAY_MS);
    t.match(await runRenewals(store, carrier), { suspended: 0, released: 0 });
    await store.write((context) => topUp(context, { accountId, amountMicros: 1_000_000, idempotencyKey: 'more' }));
    t.match(await runRenewals(store, carrier), { renewed: 1, released: 0 });
    t.match(await findDid(store, ids[0] ?? 0, null), { status: 'active', suspendReason: null, suspendedAtMs: null });
    t.equal((await told(store, 'number.activated')).length, 3, 'two when bought, one when it came back');
    clock.advance(5 * DAY_MS);
    t.match(await runRenewals(store, carrier), { renewed: 0, released: 1 });
    t.match(await told(store, 'number.released'), [{ data: { number: numbers[1] } }]);
    t.equal(await findDid(store, ids[1] ?? 0, null), undefined);
    t.same((await verifyLedger(store)).faults, []);
  },
);

t.test('an account that pays afterwards, or has credit, keeps its numbers without money', async (t) => {
  const shop = await openTestShop(t, 100);
  const { store, clock, accountId } = shop;
  const { carrier } = await buy(shop, 'US', 1);
  await store.write((context) => setTerms(context, accountId, { creditMicros: 1_000_000 }));
  clock.advance(31 * DAY_MS);
  t.match(await runRenewals(store, carrier), { renewed: 1, suspended: 0 });
  clock.advance(31 * DAY_MS);
  t.match(await runRenewals(store, carrier), { renewed: 0, suspended: 1 });
  await store.write((context) => setTerms(context, accountId, { mode: 'postpaid' }));
  t.match(await runRenewals(store, carrier), { renewed: 1 });
  t.equal(await getBalance(store, accountId), -2_000_000);
});

t.test('a server that slept through the grace period does not release before a grace period of its own', async (t) => {
  const shop = await openTestShop(t, 100);
  const { carrier } = await buy(shop, 'US', 1);
  shop.clock.advance(60 * DAY_MS);
  t.match(await runRenewals(shop.store, carrier), { suspended: 1, released: 0 });
  t.match(await runRenewals(shop.store, carrier), { released: 0 });
  shop.clock.advance(7 * DAY_MS);
  t.match(await runRenewals(shop.store, carrier), { released: 1 });
});

t.test('of months that were missed each is charged, the oldest of every number first', async (t) => {
  const shop = await openTestShop(t, 300 + 500);
  const { store, clock, accountId } = shop;
  const { carrier, ids } = await buy(shop, 'US', 3);
  clock.advance(62 * DAY_MS);
  t.match(await runRenewals(store, carrier), { renewed: 5, suspended: 1 });
  const found = await Promise.all(ids.map((id) => findDid(store, id, null)));
  t.same(
    found.map((did) => did?.status),
    ['active', 'active', 'suspended'],
  );
  t.equal(await getBalance(store, accountId), 0);
  t.match(await runRenewals(store, carrier), { renewed: 0, suspended: 0 });
});

t.test('a number that the operator suspended is neither charged nor released', async (t) => {
  const shop = await openTestShop(t, 100);
  const { carrier, ids } = await buy(shop, 'US', 1);
  await shop.store.write((context) => updateDid(context, ids[0] ?? 0, { status: 'suspended' }, null));
  shop.clock.advance(90 * DAY_MS);
  t.same(await runRenewals(shop.store, carrier), { renewed: 0, suspended: 0, released: 0, reminded: 0 });
});

t.test('a number that the operator suspended keeps no money back from those that wait for some', async (t) => {
  const shop = await openTestShop(t, 200);
  const { store, clock, accountId } = shop;
  const { carrier, ids } = await buy(shop, 'US', 2);
  const [byHand = 0, waiting = 0] = ids;
  await store.write((context) => updateDid(context, byHand, { status: 'suspended' }, null));
  clock.advance(31 * DAY_MS);
  t.match(await runRenewals(store, carrier), { renewed: 0, suspended: 1 });
  await store.write((context) => topUp(context, { accountId, amountMicros: 1_200_000, idempotencyKey: 'more' }));
  t.match(await runRenewals(store, carrier), { renewed: 1, suspended: 0, released: 0 });
  t.equal((await findDid(store, waiting, null))?.status, 'active');
  t.equal((await findDid(store, byHand, null))?.status, 'suspended');
  t.equal(await getBalance(store, accountId), 200_000);
});

t.test('a wallet or a number at fault holds up no other, and is told of at the end', async (t) => {
  const shop = await openTestShop(t, 1000);
  const { store, clock, accountId } = shop;
  const { carrier } = await buy(shop, 'US', 1);
  const other = await store.write(async (context) => {
    const { id } = await createAccount(context, { name: 'Other' });
    await topUp(context, { accountId: id, amountMicros: 10_000_000, idempotencyKey: 'other' });
    return id;
  });
  const { ids } = await buy({ ...shop, accountId: other }, 'US', 3);
  await store.write((context) => updateDid(context, ids[1] ?? 0, { monthlyRateMicros: 2_000_000 }, null));
  clock.advance(31 * DAY_MS);
  const holds: CallHolds = {
    during: async (purchase, work) => {
      if (purchase.accountId === accountId) throw new Error('first');
      if (purchase.amountMicros !== 1_000_000) throw new TenancyError('conflict', 'second');
      return work(0);
    },
  };
  await t.rejects(runRenewals(store, carrier, {}, holds), { message: 'first' });
  t.equal(await getBalance(store, accountId), 9_000_000, 'nothing was paid by the wallet at fault');
  t.equal(await getBalance(store, other), 10_000_000 - 5_000_000, 'three were bought, two renewed');
  t.match(await runRenewals(store, carrier), { renewed: 2 });
});

t.test('the first month of a number with documents begins when it is approved', async (t) => {
  const shop = await openTestShop(t, 1000);
  const { store, clock } = shop;
  const { carrier, ids } = await buy(shop, 'NL', 1);
  clock.advance(40 * DAY_MS);
  t.match(await runRenewals(store, carrier), { renewed: 0 });
  await store.write((context) => updateDid(context, ids[0] ?? 0, { status: 'active' }, null));
  t.match(await told(store, 'number.activated'), [{ data: { country: 'NL', order_id: 1 } }]);
  await runRenewals(store, carrier);
  t.equal((await findDid(store, ids[0] ?? 0, null))?.renewsAtMs, Date.UTC(2027, 0, 31, 9), 'from 31 December');
});

t.test('renewals are announced 7, 3 and 1 days before, once each', async (t) => {
  const shop = await openTestShop(t, 150);
  const { carrier } = await buy(shop, 'US', 1);
  let reminded = 0;
  for (let day = 0; day < 30; day += 1) {
    reminded += (await runRenewals(shop.store, carrier)).reminded;
    await runRenewals(shop.store, carrier);
    shop.clock.advance(DAY_MS);
  }
  t.equal(reminded, 3);
  t.match(
    (await told(shop.store, 'number.renewal_due')).map(({ data }) => data),
    [7, 3, 1].map((days) => ({ days, balance: '0.50', affordable: false, monthly_rate: 100 })),
  );
});

t.test('a year of 40 numbers adds up', async (t) => {
  const shop = await openTestShop(t, 100 * 40 * 7, 'Europe/Amsterdam');
  const { store, clock, accountId } = shop;
  const { carrier } = await buy(shop, 'US', 40);
  const sum = { renewed: 0, suspended: 0, released: 0 };
  for (let day = 0; day < 365; day += 1) {
    clock.advance(DAY_MS);
    const report = await runRenewals(store, carrier);
    sum.renewed += report.renewed;
    sum.suspended += report.suspended;
    sum.released += report.released;
  }
  // Seven months are paid for: the first with the order, six renewals; then the grace period, then nothing.
  t.same(sum, { renewed: 240, suspended: 40, released: 40 });
  t.equal(await getBalance(store, accountId), 0);
  t.same((await verifyLedger(store)).faults, []);
});

t.test('a round that finds nothing to do does not read all numbers', async (t) => {
  const { store } = await openTestShop(t, 0);
  const carrier = createDefaultCarrier(store);
  await runRenewals(store, carrier);
  const texts = await store.bulk((connection) => connection.preparedSql.filter((text) => /\bdids\b/.test(text)));
  const beside = await store.read((connection) =>
    connection.preparedSql.filter((text) => /^select.*\bdids\b/is.test(text)),
  );
  const reads = [...texts, ...beside].filter((text) => /^(select|with)/i.test(text));
  t.ok(reads.length > 0, `${reads.length} questions for numbers`);
  await store.read((connection) => {
    for (const text of reads) {
      const scans = connection.queryPlan(text).filter((step) => /^SCAN dids\b/.test(step));
      t.strictSame(scans, [], text);
    }
  });
});
