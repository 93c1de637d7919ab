import t from 'tap';
import { findDid, getBalance, verifyLedger } from '../../tenancy/index.ts';
import { createDefaultCarrier } from '../inventory/index.ts';
import { runRenewals } from '../renewals/index.ts';
import { openTestShop } from '../test-store.ts';
import { checkout } from './checkout.ts';
import { refundRent } from './refund-rent.ts';

const DAY_MS = 86_400_000;

t.test('of a number that is released early the days that are left are given back, once', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 1000, 'Europe/Amsterdam');
  const carrier = createDefaultCarrier(store);
  const { offers } = await carrier.search({ country: 'US', type: 'local' }, { offset: 0, limit: 1 });
  const order = await checkout({ store, carrier }, { accountId, actor: 't', items: offers, idempotencyKey: undefined });
  const didId = order.items[0]?.didId ?? 0;
  const refund = () =>
    store.write(async (context) => {
      const did = await findDid(context, didId, null);
      if (did === undefined) throw new Error('it is there');
      return refundRent(context, did);
    });
  const rent = offers[0]?.monthlyRateMicros ?? 0;
  clock.advance(10 * DAY_MS + 5000);
  // November 21 to December 21: 30 days, of which 19 whole ones are left.
  const back = Math.floor((rent * 19) / 30 / 10_000) * 10_000;
  t.equal(await refund(), back);
  await refund();
  t.equal(await getBalance(store, accountId), 10_000_000 - order.totalMicros + back, 'twice is once');
  clock.advance(20 * DAY_MS);
  await runRenewals(store, carrier);
  clock.advance(31 * DAY_MS - 10_000);
  t.equal(await refund(), 0, 'on its last day nothing is left');
  t.same((await verifyLedger(store)).faults, []);
});
