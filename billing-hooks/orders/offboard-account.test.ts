import t from 'tap';
import { createAccount, findAccount, listDids, postEntry, takeOutbox, verifyLedger } from '../../tenancy/index.ts';
import { createDefaultCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { checkout } from './checkout.ts';
import { offboardAccount } from './offboard-account.ts';

const EVERYTHING = { afterId: 0, offset: 0, limit: 100 };

t.test('an account that goes gives its numbers back and gets a last report', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const carrier = createDefaultCarrier(store);
  const { offers } = await carrier.search({ country: 'US', type: 'local' }, { offset: 0, limit: 2 });
  await checkout({ store, carrier }, { accountId, actor: 't', items: offers, idempotencyKey: undefined });
  const report = await offboardAccount({ store, carrier }, accountId, 'test');
  t.match(report, {
    released: offers.map(({ number }) => number),
    wallets: [{ currency: 'EUR', balanceMicros: 8_000_000 }],
    costs: [{ key: null, amountMicros: 2_000_000 }],
    callsToCharge: 0,
  });
  t.equal((await findAccount(store, accountId, null))?.status, 'closed');
  t.equal((await listDids(store, {}, EVERYTHING, null)).total, 0);
  const told = (await takeOutbox(store, 100)).filter(({ event }) => event === 'number.released');
  t.equal(told.length, 2);
  t.match(await offboardAccount({ store, carrier }, accountId, 'test'), {
    released: [],
    wallets: [{ balanceMicros: 8_000_000 }],
  });
});

t.test(
  'where rent of unused days is given back, an account that goes gets it, and calls of each currency stand apart',
  async (t) => {
    const { store, clock, accountId } = await openTestShop(t, 1000, 'Europe/Amsterdam');
    const carrier = createDefaultCarrier(store);
    const { offers } = await carrier.search({ country: 'US', type: 'local' }, { offset: 0, limit: 2 });
    const items = offers;
    const order = await checkout({ store, carrier }, { accountId, actor: 't', items, idempotencyKey: undefined });
    await store.write((context) =>
      postEntry(context, {
        ...{
          idempotencyKey: 'call',
          accountId,
          kind: 'charge',
          referenceType: 'call',
          referenceId: 1,
          currency: 'USD',
        },
        creditMicros: 7,
        postings: [
          { accountId, kind: 'wallet', amountMicros: -7 },
          { accountId: null, kind: 'revenue', amountMicros: 7 },
        ],
      }),
    );
    clock.advance(10 * 86_400_000 + 5000);
    const report = await offboardAccount({ store, carrier, refundsRent: true }, accountId, 'test');
    // November 21 to December 21: of each number 19 of 30 days are left.
    const back = offers.reduce(
      (sum, { monthlyRateMicros }) => sum + Math.floor((monthlyRateMicros * 19) / 30 / 10_000) * 10_000,
      0,
    );
    t.ok(back > 0);
    t.match(report, {
      refundedMicros: back,
      wallets: [
        { currency: 'EUR', balanceMicros: 10_000_000 - order.totalMicros + back },
        { currency: 'USD', balanceMicros: -7 },
      ],
      costs: [
        { key: null, currency: 'EUR', amountMicros: order.totalMicros - back },
        { key: null, currency: 'USD', amountMicros: 7 },
      ],
    });
    t.match(await offboardAccount({ store, carrier, refundsRent: true }, accountId, 'test'), { refundedMicros: 0 });
    t.same((await verifyLedger(store)).faults, []);
  },
);

t.test('a reseller goes after its clients', async (t) => {
  const { store } = await openTestShop(t, 0);
  const carrier = createDefaultCarrier(store);
  const [reseller, client] = await store.write(async (context) => {
    const { id } = await createAccount(context, { name: 'R', isReseller: true });
    return [id, (await createAccount(context, { name: 'C', parentId: id })).id] as const;
  });
  await t.rejects(offboardAccount({ store, carrier }, reseller, 'test'), { code: 'conflict' });
  await offboardAccount({ store, carrier }, client, 'test');
  t.match(await offboardAccount({ store, carrier }, reseller, 'test'), { accountId: reseller });
});
