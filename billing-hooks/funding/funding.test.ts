import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Value } from 'typebox/value';
import {
  createAccount,
  envelopeOf,
  getBalance,
  renderEvent,
  takeOutbox,
  topUp,
  verifyLedger,
} from '../../tenancy/index.ts';
import { FundsFeed } from '../charging/index.ts';
import { assignDeck, createDeck } from '../decks/index.ts';
import { createSimulatedProvider, takePaymentNotice } from '../payments/index.ts';
import { openTestShop } from '../test-store.ts';
import {
  createHttpService,
  type FundingAnswer,
  type FundingRequest,
  type FundingSource,
  getFunding,
  runFunding,
  setFunding,
  type WalletFunding,
} from './index.ts';

const EURO = 1_000_000;
const DAY_MS = 86_400_000;

/** A source that answers as it is told, and notes what it was asked. */
function sourceThat(answer: (request: FundingRequest) => FundingAnswer | Error) {
  const asked: FundingRequest[] = [];
  const source: FundingSource = {
    name: 'test',
    fund: async (request) => {
      asked.push(request);
      const given = answer(request);
      if (given instanceof Error) throw given;
      return given;
    },
  };
  return { asked, source };
}

const granted = ({ reference, amountMicros }: FundingRequest): FundingAnswer => ({
  ...{ status: 'succeeded', amountMicros, providerRef: `pi_${reference}` },
});

async function open(t: Test, funding: Partial<WalletFunding> = {}) {
  const shop = await openTestShop(t, 300, 'Europe/Amsterdam');
  const { store, accountId } = shop;
  const terms: WalletFunding = {
    ...{ source: 'payment', thresholdMicros: 5 * EURO, amountMicros: 20 * EURO, mostPerDay: 2, downCreditMicros: 0 },
    ...funding,
  };
  await store.write((context) => setFunding(context, accountId, terms));
  let spends = 0;
  const spend = (amountMicros: number) => {
    spends += 1;
    return store.write((context) =>
      topUp(context, {
        ...{ accountId, amountMicros: -amountMicros, idempotencyKey: `spend ${spends}` },
        creditMicros: Number.MAX_SAFE_INTEGER,
      }),
    );
  };
  const balance = () => getBalance(store, accountId);
  const told = async () => {
    const rows = (await takeOutbox(store, 100)).filter(({ event }) => event === 'wallet.low');
    for (const row of rows)
      t.same([...Value.Errors(envelopeOf(row.event), JSON.parse(renderEvent(row)))], [], 'as it is described');
    return rows;
  };
  const statuses = async () =>
    (await store.db.selectFrom('fundingRequests').select('status').orderBy('id').execute()).map(({ status }) => status);
  return { ...shop, spend, balance, told, statuses };
}

t.test('a wallet below its threshold is filled once each time that it falls, and so often a day', async (t) => {
  const { store, clock, spend, balance, told } = await open(t);
  const { asked, source } = sourceThat(granted);
  const round = () => runFunding(store, { payment: source });
  t.equal(await round(), 1);
  t.equal(await round(), 0);
  t.equal(await balance(), 23 * EURO);
  t.equal((await told()).length, 1);
  await spend(20 * EURO);
  await Promise.all([round(), round(), round()]);
  const references = () => new Set(asked.map(({ reference }) => reference)).size;
  t.equal(references(), 2, 'it fell again');
  await spend(20 * EURO);
  await round();
  await round();
  t.equal(references(), 2, 'not a third time today');
  t.equal(await balance(), 3 * EURO);
  clock.advance(DAY_MS);
  await round();
  t.equal(references(), 3, 'tomorrow again');
  t.same((await verifyLedger(store)).faults, []);
});

t.test('each wallet of an account is filled in its own currency, by its own terms', async (t) => {
  const { store, accountId, balance, told } = await open(t);
  const dollars = { source: 'payment', thresholdMicros: EURO, amountMicros: 7 * EURO } as const;
  const terms = { ...dollars, mostPerDay: 1, downCreditMicros: 0 };
  await store.write((context) => setFunding(context, accountId, terms, 'USD'));
  const { asked, source } = sourceThat(granted);
  t.equal(await runFunding(store, { payment: source }), 2);
  await runFunding(store, { payment: source });
  t.same(
    asked.map(({ currency, amountMicros }) => [currency, amountMicros / EURO]),
    [
      ['EUR', 20],
      ['USD', 7],
    ],
  );
  t.equal(await balance(), 23 * EURO);
  t.equal(await getBalance(store, accountId, 'USD'), 7 * EURO);
  t.match(
    (await told()).map(({ data }) => data),
    [
      { currency: 'EUR', balance: '3.00' },
      { currency: 'USD', balance: '0.00' },
    ],
  );
  await store.write((context) => setFunding(context, accountId, null, 'USD'));
  t.ok(await getFunding(store, accountId));
  t.equal(await getFunding(store, accountId, 'USD'), undefined);
});

t.test('what calls hold is not in the wallet any more', async (t) => {
  const { store, accountId } = await open(t, { thresholdMicros: 2 * EURO });
  const { asked, source } = sourceThat(granted);
  const holds = (heldMicros: number) => ({
    during: <T>(_: unknown, work: (held: number) => Promise<T>) => work(0),
    heldBy: async (id: number) => (id === accountId ? heldMicros : 0),
  });
  t.equal(await runFunding(store, { payment: source }, holds(EURO)), 0);
  t.equal(await runFunding(store, { payment: source }, holds(EURO + 1)), 1);
  t.equal(asked.length, 1);
});

t.test('SIP is asked what it holds of all wallets side by side', async (t) => {
  const { store, accountId } = await open(t, { thresholdMicros: 2 * EURO });
  const { id: other } = await store.write(async (context) => {
    const account = await createAccount(context, { name: 'Other' });
    const funding = await getFunding(context, accountId);
    if (funding !== undefined) await setFunding(context, account.id, funding);
    return account;
  });
  const asked: number[] = [];
  const both = Promise.withResolvers<void>();
  const holds = {
    during: <T>(_: unknown, work: (held: number) => Promise<T>) => work(0),
    heldBy: async (id: number) => {
      asked.push(id);
      if (asked.length === 2) both.resolve();
      await both.promise;
      return 0;
    },
  };
  t.equal(await runFunding(store, {}, holds), 1, 'the other wallet is empty');
  t.same(asked, [accountId, other]);
});

t.test('an answer that was lost is asked for again by the same reference, and acts once', async (t) => {
  const { store, clock, balance, statuses } = await open(t);
  let fails = 2;
  const { asked, source } = sourceThat((request) => (fails-- > 0 ? new Error('lost') : granted(request)));
  for (let n = 0; n < 10; n += 1) {
    await runFunding(store, { payment: source });
    clock.advance(5000);
  }
  t.equal(asked.length, 3);
  t.equal(new Set(asked.map(({ reference }) => reference)).size, 1);
  t.equal(await balance(), 23 * EURO);
  t.same(await statuses(), ['succeeded']);
});

t.test('a payment that failed is not tried again before the next day', async (t) => {
  const { store, clock, balance, statuses, told } = await open(t);
  const { source } = sourceThat(() => ({ status: 'failed', reason: 'card_declined' }));
  for (let n = 0; n < 5; n += 1) {
    await runFunding(store, { payment: source });
    clock.advance(60_000);
  }
  t.same(await statuses(), ['failed']);
  t.equal((await told()).length, 1);
  clock.advance(DAY_MS);
  await runFunding(store, { payment: source });
  t.same(await statuses(), ['failed', 'failed']);
  t.equal(await balance(), 3 * EURO);
});

t.test('a payment that is pending is in the wallet when its notice comes, and only once', async (t) => {
  const { store, clock, balance, statuses } = await open(t);
  const { asked, source } = sourceThat(({ reference }) => ({ status: 'pending', providerRef: `pi_${reference}` }));
  const provider = createSimulatedProvider({ secret: 's', nowMs: () => clock.nowMs() });
  await runFunding(store, { payment: { ...source, name: provider.name } });
  await runFunding(store, { payment: { ...source, name: provider.name } });
  t.equal(asked.length, 1);
  t.equal(await balance(), 3 * EURO);
  const event = { providerRef: `pi_${asked[0]?.reference}`, amountMicros: 20 * EURO, currency: 'EUR' };
  const notice = provider.notice({ ...event, outcome: 'succeeded' });
  await Promise.all([takePaymentNotice(store, provider, notice), takePaymentNotice(store, provider, notice)]);
  await runFunding(store, { payment: { ...source, name: provider.name } });
  t.same(await statuses(), ['succeeded']);
  t.equal(await balance(), 23 * EURO);
});

t.test('a notice alone is told, and nothing is asked for', async (t) => {
  const { store, spend, told, statuses, accountId } = await open(t, { source: 'notice' });
  await runFunding(store, {});
  await spend(EURO);
  await runFunding(store, {});
  t.match(await told(), [{ accountId, data: { balance: '3.00', threshold: '5.00', recharge: null } }]);
  t.same(await statuses(), []);
});

t.test('an operator’s own service grants ahead over HTTP; while it is silent calls go as far as agreed', async (t) => {
  const shop = await open(t, { source: 'service', downCreditMicros: 7 * EURO, mostPerDay: 1000 });
  const { store, clock, accountId, balance, statuses } = shop;
  const deck = await store.write(async (context) => {
    const made = await createDeck(context, { accountId: null, name: 'Retail' });
    await assignDeck(context, `account:${accountId}`, made.id);
    return made;
  });
  t.ok(deck.id);
  const feed = new FundsFeed(store);
  const credit = async () => {
    await feed.takeUpdate();
    return feed.book.findPurse(`account:${accountId}`)?.creditMicros;
  };
  const answers: [number, string][] = [
    [503, ''],
    [200, '{"granted_micros": 4000000}'],
    [402, 'nothing left'],
    [200, '{"granted_micros": 99000000}'],
    [200, 'soon'],
  ];
  const bodies: { account: string; reference: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
    t.match([request.url, request.headers.authorization], ['/didfarm/reserve', 'Bearer key']);
    const [status, text] = answers.shift() ?? [500, ''];
    response.writeHead(status).end(text);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/didfarm/`;
  const service = createHttpService({ url, token: 'key', timeoutMs: 60_000 });
  const round = async () => {
    await runFunding(store, { service });
    clock.advance(31_000);
  };
  t.equal(await credit(), 0);
  await round();
  t.same(await statuses(), ['asked']);
  t.equal(await credit(), 7 * EURO, 'it does not answer');
  await round();
  t.equal(await credit(), 0, 'it answers again');
  t.equal(await balance(), 7 * EURO, 'a part of what was asked for');
  t.equal(bodies[0]?.reference, bodies[1]?.reference);
  t.match(bodies[0]?.account, /^acc_/);
  await shop.spend(5 * EURO);
  await round();
  t.same(await statuses(), ['succeeded', 'failed'], 'it refused');
  await round();
  t.same(await statuses(), ['succeeded', 'failed', 'failed'], 'more than was asked for is not taken');
  await round();
  t.same(await statuses(), ['succeeded', 'failed', 'failed', 'asked'], 'no amount is no answer');
  t.equal(await balance(), 2 * EURO);
  t.same((await verifyLedger(store)).faults, []);
});
