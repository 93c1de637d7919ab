import t from 'tap';
import type { CallRecord } from '../../bus/index.ts';
import {
  createAccount,
  createCarrier,
  createTrunk,
  getBalance,
  listTransactions,
  type Store,
  saveCalls,
  verifyLedger,
} from '../../tenancy/index.ts';
import { assignDeck, createDeck, getDeck, parseRatesCsv, putRates } from '../decks/index.ts';
import { openTestShop } from '../test-store.ts';
import { chargeWaitingCalls, FundsFeed, rerateCalls, retryUnrated } from './index.ts';

const ANSWERED = Date.UTC(2026, 10, 21, 10);
const leg = { callId: 'c', remote: '192.0.2.1:5060', contact: '' };

function ended(uuid: string, accountId: number, sec: number, more: Partial<CallRecord> = {}): CallRecord {
  return {
    ...{ uuid, direction: 'out', accountId, trunkId: null, didId: null, carrierId: null },
    from: '+31201234567',
    to: '+4930123456',
    startedAtMs: ANSWERED - 5000,
    answeredAtMs: ANSWERED,
    endedAtMs: ANSWERED + sec * 1000,
    ...{ result: 'ok', reason: 'answered', status: 200, sentence: '', aLeg: leg, bLeg: null },
    ...{ attempts: [], hungUpBy: 'caller', trace: [] },
    ...more,
  };
}

/** A platform deck that `accountId` pays by. */
async function priced(store: Store, accountId: number, csv: string, owner: number | null = null) {
  const deck = await store.write(async (context) => {
    const made = await createDeck(context, { accountId: owner, name: `for ${accountId}`, roundToMicros: 1 });
    await assignDeck(context, `account:${accountId}`, made.id);
    return made;
  });
  await putRates(store, deck, parseRatesCsv(csv));
  return deck;
}

async function chargeAll(store: Store, feed = new FundsFeed(store)) {
  await feed.takeUpdate();
  return chargeWaitingCalls(store, feed.book);
}

t.test('an ended call is charged once, to the trunk it was made on', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  await priced(store, accountId, 'prefix,per_minute,interval\n+49,0.06,60/60');
  const { trunk } = await store.write((context) => createTrunk(context, { accountId, name: 'Acme' }));
  const open = ended('call_1', accountId, 61, { trunkId: trunk.id, endedAtMs: null, result: null, reason: null });
  await saveCalls(store, [open]);
  t.same(await chargeAll(store), { charged: 0, unrated: 0 }, 'not while it is up');
  await saveCalls(store, [ended('call_1', accountId, 61, { trunkId: trunk.id })]);
  await saveCalls(store, [ended('call_1', accountId, 61, { trunkId: trunk.id })]);
  t.same(await chargeAll(store), { charged: 1, unrated: 0 });
  t.same(await chargeAll(store), { charged: 0, unrated: 0 });
  t.equal(await getBalance(store, accountId), 10_000_000 - 120_000);
  const { rows } = await listTransactions(store, { referenceType: 'call' }, { afterId: 0, offset: 0, limit: 9 }, null);
  t.match(rows, [{ amountMicros: -120_000, referenceId: 1, trunkUuid: trunk.uuid, note: '+4930123456 120 s' }]);
  t.same((await verifyLedger(store)).faults, []);
});

t.test('each reseller on the way up pays by its own deck, the platform its carrier', async (t) => {
  const { store, accountId: reseller } = await openTestShop(t, 1000);
  const child = await store.write((context) =>
    createAccount(context, { name: 'Client', parentId: reseller }).catch(() => undefined),
  );
  t.equal(child, undefined, 'only a reseller has accounts below it');
  const { top, client } = await store.write(async (context) => {
    const top = await createAccount(context, { name: 'Reseller', isReseller: true });
    return { top: top.id, client: (await createAccount(context, { name: 'Client', parentId: top.id })).id };
  });
  await priced(store, top, 'prefix,per_minute,interval\n+49,0.03,1/1');
  await priced(store, client, 'prefix,per_minute,interval\n+49,0.06,60/60', top);
  const { lastInsertRowid: carrierId } = await store.bulk((connection) =>
    connection.prepare("INSERT INTO carriers (name) VALUES ('up')").run([]),
  );
  const wholesale = await store.write(async (context) => {
    const deck = await createDeck(context, { accountId: null, name: 'wholesale', roundToMicros: 1 });
    await assignDeck(context, `carrier:${carrierId}`, deck.id);
    return deck;
  });
  await putRates(store, wholesale, parseRatesCsv('prefix,per_minute,interval\n+49,0.012,1/1'));
  await saveCalls(store, [ended('call_1', client, 30, { carrierId })]);
  t.same(await chargeAll(store), { charged: 1, unrated: 0 });
  t.equal(await getBalance(store, client), -60_000, 'the call was made: it is owed');
  t.equal(await getBalance(store, top, 'EUR', 'revenue'), 60_000, 'what the client pays is its reseller’s');
  t.equal(await getBalance(store, top), -15_000);
  t.equal(await getBalance(store, null, 'EUR', 'revenue'), 15_000);
  t.equal(await getBalance(store, null, 'EUR', 'cost'), -6000, 'margin of the platform: 0.009');
  t.same((await verifyLedger(store)).faults, []);
});

t.test('a call without a price waits with its reason, and is charged when there is one', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const deck = await priced(store, accountId, 'prefix,per_minute\n+31,0.06');
  await saveCalls(store, [ended('call_1', accountId, 10)]);
  const feed = new FundsFeed(store);
  t.same(await chargeAll(store, feed), { charged: 0, unrated: 1 });
  t.match(await store.db.selectFrom('ratingQueue').selectAll().execute(), [{ status: 'unrated', reason: 'no_rate' }]);
  await putRates(store, await getDeck(store, deck.id, null), parseRatesCsv('prefix,per_minute\n+49,0.05'));
  await store.write((context) => retryUnrated(context));
  t.same(await chargeAll(store, feed), { charged: 1, unrated: 0 });
  t.equal(await getBalance(store, accountId), 9_950_000);
});

t.test('rated again, the ledger gets the difference, in either direction', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const deck = await priced(store, accountId, 'prefix,per_minute\n+49,0.06');
  await saveCalls(store, [ended('call_1', accountId, 10), ended('call_2', accountId, 10, { to: '+498' })]);
  const feed = new FundsFeed(store);
  await chargeAll(store, feed);
  const query = { fromMs: 0, toMs: ANSWERED + 1, accountIds: null };
  t.same(await rerateCalls(store, feed.book, query), { calls: 2, changed: 0 });
  await putRates(store, deck, parseRatesCsv('prefix,per_minute\n+49,0.05\n+498,0.10'));
  await feed.takeUpdate();
  t.same(await rerateCalls(store, feed.book, query), { calls: 2, changed: 2 });
  t.equal(await getBalance(store, accountId), 10_000_000 - 50_000 - 100_000);
  t.same(await rerateCalls(store, feed.book, query), { calls: 2, changed: 0 });
  const kinds = await store.db.selectFrom('ledgerEntries').select(['kind', 'idempotencyKey']).orderBy('id').execute();
  t.same(
    kinds.slice(3).map(({ kind, idempotencyKey }) => [kind, idempotencyKey]),
    [
      ['refund', `call:call_1:account:${accountId}:2`],
      ['charge', `call:call_2:account:${accountId}:2`],
    ],
  );
  t.same((await verifyLedger(store)).faults, []);
});

t.test('a call that a crash cut off is charged to the last moment it was known to be up', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  await priced(store, accountId, 'prefix,per_minute,interval\n+49,0.06,1/1');
  await saveCalls(store, [ended('call_1', accountId, 3600, { aliveAtMs: ANSWERED + 30_000 })]);
  await chargeAll(store);
  t.equal(await getBalance(store, accountId), 10_000_000 - 30_000);
});

t.test('what SIP is told is one picture: the balance has the call exactly when the call is settled', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  const feed = new FundsFeed(store);
  t.match(await feed.takeUpdate(), { reset: true, purses: [], decks: [] });
  t.equal(await feed.takeUpdate(), undefined);
  await priced(store, accountId, 'prefix,per_minute,interval\n+49,0.06,1/1');
  t.match(await feed.takeUpdate(), {
    reset: false,
    decks: [{ id: 1 }],
    purses: [{ key: `account:${accountId}`, deckId: 1, balanceMicros: 10_000_000, creditMicros: 0 }],
  });
  await saveCalls(store, [ended('call_1', accountId, 10)]);
  t.equal(await feed.takeUpdate(), undefined);
  await chargeWaitingCalls(store, feed.book);
  t.match(await feed.takeUpdate(), { settledCalls: ['call_1'], purses: [{ balanceMicros: 9_990_000 }] });
  const again = await new FundsFeed(store).takeUpdate();
  t.match(again, { reset: true, purses: [{ balanceMicros: 9_990_000 }], settledCalls: [] });
});

t.test('a call that was sent on is charged for both legs, each to whom it belongs', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  await priced(store, accountId, 'direction,prefix,per_minute\nin,,0.01\nout,+31,0.06');
  const [first, second] = await store.write(async (context) => {
    const made = [];
    for (const name of ['brings', 'takes']) made.push((await createCarrier(context, { name })).id);
    return made;
  });
  for (const [carrierId, price] of [
    [first, '0.002'],
    [second, '0.02'],
  ] as const) {
    const deck = await store.write(async (context) => {
      const made = await createDeck(context, { accountId: null, name: `carrier ${carrierId}`, roundToMicros: 1 });
      await assignDeck(context, `carrier:${carrierId ?? 0}`, made.id);
      return made;
    });
    await putRates(store, deck, parseRatesCsv(`direction,prefix,per_minute\nin,,${price}\nout,,${price}`));
  }
  const onward = { accountId, trunkId: null, carrierId: second ?? 0, to: '+31612345678' };
  const inbound = { direction: 'in', to: '+4930123456', carrierId: first ?? 0 } as const;
  await saveCalls(store, [ended('call_1', accountId, 61, { ...inbound, onward })]);
  t.same(await chargeAll(store), { charged: 1, unrated: 0 });
  t.equal(await getBalance(store, accountId), 10_000_000 - 20_000 - 120_000);
  t.equal(await getBalance(store, null, 'EUR', 'cost'), -4_000 - 40_000, 'the platform pays both carriers');
  const { rows } = await listTransactions(store, {}, { afterId: 0, offset: 0, limit: 10 }, new Set([accountId]));
  t.match(
    rows.filter(({ referenceType }) => referenceType === 'call').map(({ note }) => note),
    ['+4930123456 120 s', '+31612345678 120 s'],
  );
  // An internal call that leaves the house is paid for, too.
  await saveCalls(store, [ended('call_2', accountId, 30, { direction: 'internal', onward })]);
  await chargeAll(store);
  t.equal(await getBalance(store, accountId), 10_000_000 - 140_000 - 60_000);
  await priced(store, accountId, 'direction,prefix,per_minute\nin,,0.01\nout,+31,0.09', accountId);
  const feed = new FundsFeed(store);
  await feed.takeUpdate();
  t.same(await rerateCalls(store, feed.book, { fromMs: 0, toMs: ANSWERED + 1, accountIds: null }), {
    calls: 2,
    changed: 2,
  });
  t.equal(await getBalance(store, accountId), 10_000_000 - 20_000 - 180_000 - 90_000);
  t.same((await verifyLedger(store)).faults, []);
});

t.test('of a call that outlasted what was paid accounts pay that, and the carrier gets all', async (t) => {
  const { store, accountId } = await openTestShop(t, 1000);
  await priced(store, accountId, 'prefix,per_minute,interval\n,0.60,1/1');
  const made = await store.write(async (context) => {
    const { id } = await createCarrier(context, { name: 'takes' });
    const deck = await createDeck(context, { accountId: null, name: 'wholesale', roundToMicros: 1 });
    await assignDeck(context, `carrier:${id}`, deck.id);
    return { id, deck };
  });
  await putRates(store, made.deck, parseRatesCsv('prefix,per_minute,interval\n,0.06,1/1'));
  await saveCalls(store, [ended('call_1', accountId, 31, { carrierId: made.id, paidSec: 30 })]);
  t.same(await chargeAll(store), { charged: 1, unrated: 0 });
  t.equal(await getBalance(store, accountId), 10_000_000 - 300_000);
  t.equal(await getBalance(store, null, 'EUR', 'cost'), -31_000);
});
