import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import type { CallRecord } from '../../bus/index.ts';
import { getBalance, type Store, saveCalls, verifyLedger } from '../../tenancy/index.ts';
import { assignDeck, createDeck, parseRatesCsv, putRates } from '../decks/index.ts';
import { openTestShop } from '../test-store.ts';
import { chargeWaitingCalls, createHttpRater, FundsFeed, RatingService, rerateCalls } from './index.ts';

const EURO = 1_000_000;
const ANSWERED = Date.UTC(2026, 10, 21, 10);
const leg = { callId: 'c', remote: '192.0.2.1:5060', contact: '' };

function ended(uuid: string, accountId: number, to: string): CallRecord {
  return {
    ...{ uuid, direction: 'out', accountId, trunkId: null, didId: null, carrierId: null },
    ...{ from: '+31201234567', to, startedAtMs: ANSWERED - 5000, answeredAtMs: ANSWERED, endedAtMs: ANSWERED + 61_000 },
    ...{ result: 'ok', reason: 'answered', status: 200, sentence: '', aLeg: leg, bLeg: null },
    ...{ attempts: [], hungUpBy: 'caller', trace: [] },
  };
}

interface Asked {
  readonly calls: readonly { readonly id: string; readonly to: string; readonly by_deck: unknown }[];
}

/** A rating server that answers what it is given; `undefined` never answers. */
async function serve(t: Test, answer: (asked: Asked) => readonly [number, string] | undefined) {
  const asked: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders; readonly body: Asked }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
    asked.push({ url: request.url, headers: request.headers, body });
    const given = answer(body);
    if (given !== undefined) response.writeHead(given[0]).end(given[1]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/didfarm/` };
}

/** A wallet of 10 EUR whose calls to +49 cost 0.06 a begun minute by the deck, and a service beside it. */
async function open(t: Test, url: string, whileSilent: 'wait' | 'deck', timeoutMs = () => 60_000) {
  const { store, clock, accountId } = await openTestShop(t, 1000);
  const deck = await store.write(async (context) => {
    const made = await createDeck(context, { accountId: null, name: 'Retail', roundToMicros: 1 });
    await assignDeck(context, `account:${accountId}`, made.id);
    return made;
  });
  await putRates(store, deck, parseRatesCsv('prefix,per_minute,interval\n+49,0.06,60/60'));
  const feed = new FundsFeed(store);
  await feed.takeUpdate();
  const faults: string[] = [];
  const rating = new RatingService({
    rater: {
      name: 'service',
      rate: (questions) => createHttpRater({ url, token: 'key', timeoutMs: timeoutMs() }).rate(questions),
    },
    whileSilent,
    nowMs: () => clock.nowMs(),
    onFault: (error, againInMs) => faults.push(`${(error as Error).message}; ${againInMs}`),
  });
  const charge = () => chargeWaitingCalls(store, feed.book, { rating });
  const rerate = () => rerateCalls(store, feed.book, { fromMs: 0, toMs: ANSWERED + 1, accountIds: null }, rating);
  return { store, clock, accountId, charge, rerate, faults, balance: () => getBalance(store, accountId) };
}

const waiting = (store: Store) => store.db.selectFrom('ratingQueue').select(['status', 'reason']).execute();

t.test('a service prices ended calls over HTTP; what it does not name is priced by the deck', async (t) => {
  const { asked, url } = await serve(t, ({ calls }) => {
    const priced = calls.filter(({ to }) => to !== '+4930');
    return [200, JSON.stringify({ charges: priced.map(({ id }) => ({ id, amount_micros: EURO, billed_sec: 61 })) })];
  });
  const { store, accountId, charge, balance } = await open(t, url, 'wait');
  await saveCalls(store, [
    ended('call_1', accountId, '+4930'),
    ended('call_2', accountId, '+4989'),
    ended('call_3', accountId, '+31'),
  ]);
  t.same(await charge(), { charged: 3, unrated: 0 });
  t.equal(await balance(), 10 * EURO - 120_000 - 2 * EURO, 'a number without a price in the deck has one all the same');
  t.equal(asked.length, 1, 'one request for all of them');
  t.match(asked[0], { url: '/didfarm/rate', headers: { authorization: 'Bearer key' } });
  t.strictSame(asked[0]?.body.calls[0], {
    ...{ id: `call_1/account:${accountId}/call`, call_uuid: 'call_1', leg: 'call' },
    ...{ account_id: accountId, carrier_id: null, trunk_id: null },
    ...{ direction: 'out', from: '+31201234567', to: '+4930' },
    ...{ answered_at: '2026-11-21T10:00:00.000Z', duration_ms: 61_000, currency: 'EUR' },
    by_deck: { amount_micros: 120_000, billed_sec: 120 },
  });
  t.equal(asked[0]?.body.calls[2]?.by_deck, null);
  const charges = await store.db.selectFrom('callCharges').select(['prefix', 'billedSec']).orderBy('id').execute();
  t.strictSame(
    charges.map(({ prefix, billedSec }) => [prefix, billedSec]),
    [
      ['49', 120],
      ['49', 61],
      ['', 61],
    ],
  );
  t.same((await verifyLedger(store)).faults, []);
});

t.test('while it is silent calls wait, are listed with the reason, and it is asked ever more rarely', async (t) => {
  const answers: (readonly [number, string] | undefined)[] = [[503, ''], [200, 'soon'], undefined];
  const { asked, url } = await serve(t, ({ calls }) => {
    if (answers.length > 0) return answers.shift();
    return [200, JSON.stringify({ charges: calls.map(({ id }) => ({ id, amount_micros: 70_000 })) })];
  });
  // What is answered has time, however slow the machine.
  const timeoutMs = () => (answers[0] === undefined && answers.length > 0 ? 300 : 60_000);
  const { store, clock, accountId, charge, faults, balance } = await open(t, url, 'wait', timeoutMs);
  await saveCalls(store, [ended('call_1', accountId, '+4930')]);
  t.same(await charge(), { charged: 0, unrated: 0 });
  t.same(await charge(), { charged: 0, unrated: 0 }, 'not asked again at once');
  t.same(await waiting(store), [{ status: 'waiting', reason: 'rating_service' }]);
  clock.advance(1000);
  await charge();
  clock.advance(1999);
  await charge();
  t.equal(asked.length, 2);
  clock.advance(1);
  await charge();
  t.match(faults, [/503; 1000$/, /JSON.*; 2000$/, /time.*; 4000$/]);
  t.equal(await balance(), 10 * EURO, 'nothing is charged meanwhile');
  clock.advance(4000);
  t.same(await charge(), { charged: 1, unrated: 0 });
  t.equal(await balance(), 10 * EURO - 70_000);
  t.same(await waiting(store), []);
});

t.test(
  'where it is so agreed the deck prices calls while the service is silent, and they can be rated again',
  async (t) => {
    let isUp = false;
    const { asked, url } = await serve(t, ({ calls }) => {
      if (!isUp) return [500, ''];
      return [200, JSON.stringify({ charges: calls.map(({ id }) => ({ id, amount_micros: 70_000 })) })];
    });
    const { store, clock, accountId, charge, rerate, balance } = await open(t, url, 'deck');
    await saveCalls(store, [ended('call_1', accountId, '+4930'), ended('call_2', accountId, '+31')]);
    t.same(await charge(), { charged: 1, unrated: 1 }, 'the deck has no price for one of them');
    t.equal(await balance(), 10 * EURO - 120_000);
    await saveCalls(store, [ended('call_3', accountId, '+4930')]);
    t.same(await charge(), { charged: 1, unrated: 0 });
    t.equal(asked.length, 1, 'nobody waits for it twice');
    isUp = true;
    clock.advance(1000);
    t.same(await rerate(), { calls: 3, changed: 3 });
    t.equal(await balance(), 10 * EURO - 3 * 70_000, 'the difference is given back');
    t.same((await verifyLedger(store)).faults, []);
  },
);

t.test('an answer that cannot be right is none, and rating again says that nobody answers', async (t) => {
  let text = '';
  const { url } = await serve(t, () => [200, text]);
  const { store, clock, accountId, charge, rerate, faults, balance } = await open(t, url, 'wait');
  await saveCalls(store, [ended('call_1', accountId, '+4930')]);
  const id = `call_1/account:${accountId}/call`;
  for (const charges of [
    [{ id, amount_micros: -1 }],
    [{ id, amount_micros: 0.5 }],
    [{ id: 'x', amount_micros: 1 }],
    7,
  ]) {
    text = JSON.stringify({ charges });
    await charge();
    clock.advance(60_000);
  }
  t.equal(faults.length, 4);
  t.equal(await balance(), 10 * EURO);
  await t.rejects(rerate(), { code: 'conflict', message: /does not answer/ });
});
