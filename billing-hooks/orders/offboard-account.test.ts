import t from 'tap';
import { createAccount, findAccount, listDids, takeOutbox } from '../../tenancy/index.ts';
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
  const report = await offboardAccount(store, carrier, accountId, 'test');
  t.match(report, {
    released: offers.map(({ number }) => number),
    balanceMicros: 8_000_000,
    costs: [{ key: null, amountMicros: 2_000_000 }],
    callsToCharge: 0,
  });
  t.equal((await findAccount(store, accountId, null))?.status, 'closed');
  t.equal((await listDids(store, {}, EVERYTHING, null)).total, 0);
  const told = (await takeOutbox(store, 100)).filter(({ event }) => event === 'number.released');
  t.equal(told.length, 2);
  t.match(await offboardAccount(store, carrier, accountId, 'test'), { released: [], balanceMicros: 8_000_000 });
});

t.test('a reseller goes after its clients', async (t) => {
  const { store } = await openTestShop(t, 0);
  const carrier = createDefaultCarrier(store);
  const [reseller, client] = await store.write(async (context) => {
    const { id } = await createAccount(context, { name: 'R', isReseller: true });
    return [id, (await createAccount(context, { name: 'C', parentId: id })).id] as const;
  });
  await t.rejects(offboardAccount(store, carrier, reseller, 'test'), { code: 'conflict' });
  await offboardAccount(store, carrier, client, 'test');
  t.match(await offboardAccount(store, carrier, reseller, 'test'), { accountId: reseller });
});
