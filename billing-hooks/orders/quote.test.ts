import t from 'tap';
import { getBalance } from '../../tenancy/index.ts';
import { createDefaultCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { checkout } from './checkout.ts';
import { quoteOrder } from './quote.ts';

t.test('a quote says to the micro-unit what the order takes, and takes nothing itself', async (t) => {
  const { store, accountId } = await openTestShop(t, 10_000);
  const carrier = createDefaultCarrier(store);
  const search = async (country: string) =>
    (await carrier.search({ country }, { offset: 0, limit: 1000 })).offers.slice(-2).map(({ number }) => ({ number }));
  const items = [...(await search('NL')), ...(await search('US'))];
  const quote = await quoteOrder({ store, carrier }, { accountId, items });
  t.match(quote, { isAffordable: true, balanceMicros: 100_000_000, items });
  t.equal(await getBalance(store, accountId), 100_000_000);
  const order = await checkout({ store, carrier }, { accountId, actor: 'test', items, idempotencyKey: undefined });
  t.equal(order.totalMicros, quote.totalMicros);
  t.match(order.items, quote.items);
  await t.rejects(quoteOrder({ store, carrier }, { accountId, items }), { code: 'conflict' }, 'it is sold');
});

t.test('a quote refuses what an order would, naming the item', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const carrier = createDefaultCarrier(store);
  const { offers } = await carrier.search({ country: 'US', type: 'local' }, { offset: 0, limit: 1 });
  const [{ number } = { number: '' }] = offers;
  const quote = (...items: readonly { number: string; country?: string }[]) =>
    quoteOrder({ store, carrier }, { accountId, items });
  t.match(await quote({ number }), { isAffordable: false });
  await t.rejects(quote({ number }, { number }), { code: 'validation_failed', field: 'items[1].number' });
  await t.rejects(quote({ number, country: 'NL' }), { code: 'validation_failed', field: 'items[0].country' });
  await t.rejects(quote({ number }, { number: '+999123' }), { code: 'conflict', field: 'items[1].number' });
});
