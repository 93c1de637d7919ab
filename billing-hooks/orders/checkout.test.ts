import t from 'tap';
import {
  createDid,
  findDid,
  getBalance,
  listDids,
  listTransactions,
  type Store,
  takeOutbox,
  verifyLedger,
} from '../../tenancy/index.ts';
import { type CarrierAdapter, CarrierError, createDefaultCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { checkout } from './checkout.ts';
import { QUARANTINE_MS, releaseNumber } from './release-number.ts';

const EVERYTHING = { afterId: 0, offset: 0, limit: 1000 };

async function offers(carrier: CarrierAdapter, country: string, limit = 1000) {
  return (await carrier.search({ country, type: 'local' }, { offset: 0, limit })).offers;
}

async function numbersOf(store: Store) {
  return (await listDids(store, {}, EVERYTHING, null)).rows;
}

t.test('one order: debit, numbers, events, all of them', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const carrier = createDefaultCarrier(store);
  const [us] = await offers(carrier, 'US');
  const [nl] = await offers(carrier, 'NL');
  if (us === undefined || nl === undefined) return t.fail('no offers');
  const request = { accountId, actor: 'test', idempotencyKey: undefined };
  const order = await checkout({ store, carrier }, { ...request, items: [us, nl] });
  t.match(order, { status: 'completed', currency: 'EUR', totalMicros: 2_500_000 });
  t.equal(await getBalance(store, accountId), 7_500_000);
  t.match(
    order.items.map(({ number, status, requiresRegulatory, didId }) => [number, status, requiresRegulatory, didId]),
    [
      [us.number, 'active', false, Number],
      [nl.number, 'pending_regulatory', true, Number],
    ],
  );
  t.match(await findDid(store, us.number, null), { status: 'active', accountId, smsEnabled: us.smsEnabled });
  t.match(await findDid(store, nl.number, null), {
    status: 'pending_regulatory',
    renewsAtMs: null,
    activatedAtMs: null,
  });
  const told = await takeOutbox(store, 10);
  t.same(
    told.map(({ event, data }) => [event, data]),
    [['number.activated', { number: us.number, country: 'US', type: 'local', trunk_uuid: null, order_id: order.id }]],
    'the one that waits for documents is not live',
  );
  t.same((await verifyLedger(store)).faults, []);
});

t.test('a transaction names whole numbers, and says how many there are beside', async (t) => {
  const { store, accountId } = await openTestShop(t, 10_000);
  const carrier = createDefaultCarrier(store);
  const items = await offers(carrier, 'US', 25);
  await checkout({ store, carrier }, { accountId, actor: 'test', items, idempotencyKey: undefined });
  const { rows } = await listTransactions(store, { referenceType: 'order' }, EVERYTHING, null);
  const named = items.slice(0, 12).map(({ number }) => number);
  t.equal(rows[0]?.note, `${named.join(' ')} and 13 more`);
});

t.test('what the wallet cannot pay leaves no trace, and the numbers stay on sale', async (t) => {
  const { store, accountId } = await openTestShop(t, 199);
  const carrier = createDefaultCarrier(store);
  const items = await offers(carrier, 'US', 2);
  const request = { accountId, actor: 'test', items, idempotencyKey: undefined };
  await t.rejects(checkout({ store, carrier }, request), {
    code: 'insufficient_balance',
    message: 'Wallet balance too low for this purchase.',
  });
  t.same(await numbersOf(store), []);
  t.equal(await getBalance(store, accountId), 1_990_000);
  t.same(await takeOutbox(store, 10), []);
  t.same(
    (await offers(carrier, 'US', 2)).map(({ number }) => number),
    items.map(({ number }) => number),
  );
});

t.test('a carrier that fails at any step undoes the whole', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const carrier = createDefaultCarrier(store);
  const items = await offers(carrier, 'US', 2);
  const request = { accountId, actor: 'test', items, idempotencyKey: undefined };
  for (const step of ['reserve', 'buy'] as const) {
    const failing: CarrierAdapter = {
      ...carrier,
      [step]: async () => {
        throw new CarrierError('unreachable', 'does not answer');
      },
    };
    await t.rejects(
      checkout({ store, carrier: failing }, request),
      { code: 'conflict', message: /does not answer/ },
      step,
    );
    t.same(await numbersOf(store), [], step);
    t.equal(await getBalance(store, accountId), 10_000_000, step);
  }
  await checkout({ store, carrier }, request);
  t.equal((await numbersOf(store)).length, 2, 'and can be bought afterwards');
});

t.test('of 200 parallel checkouts of one number exactly one wins', async (t) => {
  const { store, accountId } = await openTestShop(t, 100_000);
  const carrier = createDefaultCarrier(store);
  const items = await offers(carrier, 'US', 1);
  const request = { accountId, actor: 'test', items, idempotencyKey: undefined };
  const results = await Promise.allSettled(Array.from({ length: 200 }, () => checkout({ store, carrier }, request)));
  const lost = results.filter((result) => result.status === 'rejected');
  t.equal(lost.length, 199);
  t.ok(lost.every((result) => result.reason.code === 'conflict'));
  t.equal((await numbersOf(store)).length, 1);
  t.equal(await getBalance(store, accountId), 999_000_000);
});

t.test('of 200 parallel checkouts for the last euro exactly one wins', async (t) => {
  const { store, accountId } = await openTestShop(t, 100);
  const carrier = createDefaultCarrier(store);
  const all = await offers(carrier, 'US', 200);
  t.equal(all.length, 200);
  const results = await Promise.allSettled(
    all.map((offer) =>
      checkout({ store, carrier }, { accountId, actor: 'test', items: [offer], idempotencyKey: undefined }),
    ),
  );
  const lost = results.filter((result) => result.status === 'rejected');
  t.equal(lost.length, 199);
  t.ok(lost.every((result) => result.reason.code === 'insufficient_balance'));
  t.equal(await getBalance(store, accountId), 0);
  t.same((await verifyLedger(store)).faults, []);
});

t.test('an idempotency key makes one order, also for a process that knows nothing of the first', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const [first, second] = await offers(createDefaultCarrier(store), 'US', 2);
  if (first === undefined || second === undefined) return t.fail('no offers');
  const request = { accountId, actor: 'test', items: [first], idempotencyKey: 'k' };
  const { id } = await checkout({ store, carrier: createDefaultCarrier(store) }, request);
  const again = await checkout({ store, carrier: createDefaultCarrier(store) }, request);
  t.equal(again.id, id);
  t.equal(await getBalance(store, accountId), 9_000_000);
  const other = { ...request, items: [second] };
  await t.rejects(checkout({ store, carrier: createDefaultCarrier(store) }, other), { code: 'idempotency_mismatch' });
});

t.test('wrong items are named', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const carrier = createDefaultCarrier(store);
  const [us] = await offers(carrier, 'US', 1);
  if (us === undefined) return t.fail('no offers');
  const buy = (...items: Parameters<typeof checkout>[1]['items']) =>
    checkout({ store, carrier }, { accountId, actor: 'test', items, idempotencyKey: undefined });
  await t.rejects(buy(us, us), { code: 'validation_failed', field: 'items[1].number' });
  await t.rejects(buy({ number: us.number, country: 'NL' }), { code: 'validation_failed', field: 'items[0].country' });
  await t.rejects(buy({ number: us.number, type: 'mobile' }), { code: 'validation_failed', field: 'items[0].type' });
  await t.rejects(buy(us, { number: '+31999999999' }), { code: 'conflict', field: 'items[1].number' });
  t.same(await numbersOf(store), []);
});

t.test(
  'a number that the account was given is ordered once: it keeps its place and is paid from then on',
  async (t) => {
    const { store, accountId } = await openTestShop(t, 1000);
    const carrier = createDefaultCarrier(store);
    const given = {
      accountId,
      number: '+31201234567',
      country: 'NL',
      type: 'local',
      monthlyRateMicros: 1_500_000,
    } as const;
    const { id } = await store.write((context) => createDid(context, given));
    const request = { accountId, actor: 'test', items: [{ number: given.number }], idempotencyKey: undefined };
    const order = await checkout({ store, carrier }, request);
    t.match(order.items, [{ didId: id, status: 'active', monthlyRateMicros: 1_500_000 }]);
    t.equal(await getBalance(store, accountId), 8_500_000);
    await t.rejects(checkout({ store, carrier }, request), { code: 'conflict' });
  },
);

t.test('a number that was given back is told of, and rests before it is sold again', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 1000);
  const carrier = createDefaultCarrier(store);
  const [us] = await offers(carrier, 'US', 1);
  if (us === undefined) return t.fail('no offers');
  const request = { accountId, actor: 'test', items: [us], idempotencyKey: undefined };
  const order = await checkout({ store, carrier }, request);
  await store.write((context) => releaseNumber(context, carrier, us.number, null));
  const data = { number: us.number, country: 'US', type: 'local', trunk_uuid: null, order_id: order.id };
  t.match((await takeOutbox(store, 10))[1], { event: 'number.released', data });
  await t.rejects(checkout({ store, carrier }, request), { code: 'conflict' });
  clock.advance(QUARANTINE_MS + 1);
  t.equal((await offers(carrier, 'US', 1))[0]?.number, us.number);
  await checkout({ store, carrier }, request);
});
