import t from 'tap';
import { getBalance } from '../../tenancy/index.ts';
import { type CallFacts, FundsFeed } from '../charging/index.ts';
import { assignDeck, createDeck, parseRatesCsv, putRates } from '../decks/index.ts';
import { createDefaultCarrier } from '../inventory/index.ts';
import { runInvoices, setProfile } from '../invoices/index.ts';
import { checkout } from '../orders/index.ts';
import { runRenewals } from '../renewals/index.ts';
import { openTestShop } from '../test-store.ts';
import { duringAll, FundsKeeper, SharedWallets } from './index.ts';

const EURO = 1_000_000;

/** A wallet that pays 1 EUR a minute for calls, with the SIP side's view of it. */
async function open(t: Parameters<typeof openTestShop>[0], cents: number) {
  const shop = await openTestShop(t, cents);
  const { store, clock, accountId } = shop;
  const deck = await store.write((context) => createDeck(context, { accountId: null, name: 'Retail' }));
  await putRates(store, deck, parseRatesCsv('prefix,per_minute,interval\n,1.00,1/1\n'));
  await store.write((context) => assignDeck(context, `account:${accountId}`, deck.id));
  const feed = new FundsFeed(store);
  const keeper = new FundsKeeper({ sliceSec: 60 });
  const publish = async () => {
    const update = await feed.takeUpdate();
    if (update !== undefined) keeper.apply(update);
  };
  await publish();
  const holds = new SharedWallets({
    paysForCalls: () => true,
    publish,
    setAside: async (part) => keeper.setAside(part),
    letGo: async (reference) => keeper.letGo(reference),
  });
  const carrier = createDefaultCarrier(store);
  const { offers } = await carrier.search({ country: 'US', type: 'local' }, { offset: 0, limit: 300 });
  let bought = 0;
  const buy = () =>
    checkout(
      { store, carrier, holds },
      { accountId, actor: 'test', items: [{ number: offers[bought++]?.number ?? '' }], idempotencyKey: undefined },
    );
  const facts: CallFacts = {
    ...{ direction: 'out', isEmergency: false, to: '+31201234567', chain: [accountId], trunkId: 1, carrierId: null },
  };
  /** Whether it was let in. */
  const call = (uuid: string) => {
    if (keeper.check(facts, clock.nowMs()) !== undefined) return false;
    keeper.open(uuid, facts, clock.nowMs());
    return true;
  };
  return { ...shop, keeper, holds, carrier, buy, call, publish };
}

t.test('what a call holds is not spent on a number', async (t) => {
  const { store, accountId, buy, call, keeper, clock } = await open(t, 150);
  t.ok(call('a'));
  await t.rejects(buy(), { code: 'insufficient_balance' });
  t.equal(await getBalance(store, accountId), 1.5 * EURO);
  keeper.close('a', null, clock.nowMs());
  t.match(await buy(), { status: 'completed' });
  t.equal(keeper.availableMicros(`account:${accountId}`), EURO / 2, 'SIP knows of it when the order is answered');
});

t.test(
  'what is being spent on a number is not held by a call, and is free again when nothing came of it',
  async (t) => {
    const { holds, accountId, call } = await open(t, 150);
    const purchase = { accountId, amountMicros: 1.5 * EURO, currency: 'EUR' };
    const failing = holds.during(purchase, async (heldMicros) => {
      t.equal(heldMicros, 0);
      t.notOk(call('a'), 'refused meanwhile');
      throw new Error('no');
    });
    await t.rejects(failing, { message: 'no' });
    t.ok(call('b'));
  },
);

t.test('calls that are paid in another currency hold nothing of this wallet', async (t) => {
  const { holds, accountId, call } = await open(t, 150);
  t.ok(call('a'));
  await holds.during({ accountId, amountMicros: EURO, currency: 'USD' }, async (heldMicros) => t.equal(heldMicros, 0));
});

t.test('a renewal waits while calls hold the money, and is made when they let it go', async (t) => {
  const { store, accountId, carrier, holds, buy, call, keeper, clock } = await open(t, 250);
  await buy();
  clock.advance(31 * 86_400_000);
  t.ok(call('a'));
  t.match(await runRenewals(store, carrier, {}, holds), { renewed: 0, suspended: 0 }, 'neither paid nor suspended');
  keeper.close('a', null, clock.nowMs());
  t.match(await runRenewals(store, carrier, {}, holds), { renewed: 1, suspended: 0 });
  t.equal(await getBalance(store, accountId), EURO / 2);
});

t.test('of calls and orders at once, together they never take more than there is', async (t) => {
  const { store, accountId, buy, call } = await open(t, 2000);
  const later = async (turns: number) => {
    for (let n = 0; n < turns; n += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const ring = async (n: number) => {
    await later(n % 8 === 1 ? 0 : n);
    if (!call(`c${n}`)) throw new Error('refused');
  };
  const work = Array.from({ length: 60 }, async (_, n) => void (await (n % 2 === 0 ? buy() : ring(n))));
  const ended = await Promise.allSettled(work);
  const won = (rest: number) => ended.filter(({ status }, n) => n % 2 === rest && status === 'fulfilled').length;
  const balance = await getBalance(store, accountId);
  t.equal(balance, 20 * EURO - won(0) * EURO);
  t.ok(balance >= won(1) * EURO, `${won(0)} orders and ${won(1)} calls of 1 EUR each out of 20`);
  t.ok(won(0) > 0 && won(1) > 0 && won(0) + won(1) <= 20);
});

t.test('tax that an invoice takes is no longer there for calls once the invoice is issued', async (t) => {
  const { store, clock, accountId, holds, buy, call, keeper } = await open(t, 242);
  await store.write((context) => setProfile(context, null, { taxRate: 2100 }));
  await buy();
  clock.advance(11 * 86_400_000);
  t.ok(call('a'), 'holds a minute of what is left');
  t.equal(keeper.availableMicros(`account:${accountId}`), 0.42 * EURO);
  t.equal(await runInvoices(store, holds), 1);
  t.equal(keeper.availableMicros(`account:${accountId}`), 0.21 * EURO, 'nobody had to wait for a round of money');
});

t.test('several wallets are set aside together, and each is told what calls hold of it', async (t) => {
  const { accountId, holds, call } = await open(t, 150);
  t.ok(call('a'));
  const purchase = { accountId, amountMicros: 0.5 * EURO, currency: 'EUR' };
  const other = { ...purchase, accountId: accountId + 1 };
  await duringAll(holds, [purchase, other], async (heldOf) => {
    t.same([heldOf(accountId), heldOf(accountId + 1), heldOf(99)], [EURO, 0, 0]);
    t.notOk(call('b'));
  });
});
