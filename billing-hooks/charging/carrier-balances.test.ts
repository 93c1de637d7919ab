import t from 'tap';
import { createCarrier } from '../../tenancy/index.ts';
import { assignDeck, createDeck } from '../decks/index.ts';
import { createDefaultCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { CarrierBalances, FundsFeed } from './index.ts';

async function open(t: Parameters<typeof openTestShop>[0], currency: string) {
  const shop = await openTestShop(t, 0);
  const { store } = shop;
  const id = await store.write(async (context) => {
    const { id } = await createCarrier(context, { name: 'Acme Telecom' });
    const deck = await createDeck(context, { accountId: null, name: 'wholesale', currency });
    await assignDeck(context, `carrier:${id}`, deck.id);
    return id;
  });
  const state = { amountMicros: 5_000_000, fails: false, asked: 0 };
  const adapter = {
    ...createDefaultCarrier(store),
    name: 'acme telecom',
    balance: async () => {
      state.asked += 1;
      if (state.fails) throw new Error('no answer');
      return { amountMicros: state.amountMicros, currency: 'EUR' };
    },
  };
  const balances = new CarrierBalances(store, [adapter]);
  const feed = new FundsFeed(store);
  const purse = async () => {
    await feed.takeUpdate();
    return feed.book.findPurse(`carrier:${id}`);
  };
  return { ...shop, state, balances, purse };
}

t.test('what is left at a carrier reaches the book of calls, asked again every five minutes', async (t) => {
  const { clock, state, balances, purse } = await open(t, 'EUR');
  t.match(await purse(), { creditMicros: null }, 'unknown is no limit');
  t.equal(await balances.refresh(), 1);
  t.match(await purse(), { creditMicros: 0, balanceMicros: 5_000_000 });
  state.amountMicros = 1;
  t.equal(await balances.refresh(), 0);
  clock.advance(300_000);
  t.equal(await balances.refresh(), 1);
  t.match(await purse(), { balanceMicros: 1 });
  t.equal(state.asked, 2);
});

t.test('while a carrier does not answer, what it said last holds', async (t) => {
  const { clock, state, balances, purse } = await open(t, 'EUR');
  await balances.refresh();
  state.fails = true;
  clock.advance(300_000);
  await t.rejects(balances.refresh(), { errors: [{ message: 'no answer' }] });
  t.match(await purse(), { balanceMicros: 5_000_000 });
});

t.test('a balance in another currency than the prices of the carrier says nothing', async (t) => {
  const { balances, purse } = await open(t, 'USD');
  t.equal(await balances.refresh(), 0);
  t.match(await purse(), { creditMicros: null });
});
