import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { CallRecord } from '../bus/index.ts';
import {
  createAccount,
  getBalance,
  listDids,
  openStore,
  type Store,
  saveCalls,
  topUp,
  verifyLedger,
} from '../tenancy/index.ts';
import {
  assignDeck,
  chargeWaitingCalls,
  checkout,
  createDeck,
  createDefaultCarrier,
  getDeck,
  listInvoices,
  loadRateBook,
  parseRatesCsv,
  putRates,
  runInvoices,
  runRenewals,
  setProfile,
} from './index.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 21, 9);
const EURO = 1_000_000;
const CLIENTS = 50;
const NUMBERS = 8;
/** Where numbers need no documents. */
const COUNTRIES = ['US', 'CA', 'GB'];
const RENEWALS = 12;
const EVERYTHING = { afterId: 0, offset: 0, limit: 10_000 };
const CALL = { client: 60_000, reseller: 30_000 };

/** Client n has put in enough for so many months. */
const monthsOf = (n: number) => 1 + (n % 14);

async function makeWorld(store: Store) {
  const { reseller, clients } = await store.write(async (context) => {
    const { id: reseller } = await createAccount(context, {
      name: 'Reseller',
      isReseller: true,
      brandName: 'Brand',
      timezone: 'Europe/Amsterdam',
    });
    await setProfile(context, reseller, { legalName: 'Brand BV' });
    await topUp(context, { accountId: reseller, amountMicros: 10 * EURO, idempotencyKey: 'reseller' });
    const clients: number[] = [];
    for (let n = 0; n < CLIENTS; n += 1) {
      const { id } = await createAccount(context, { name: `Client ${n}`, parentId: reseller });
      clients.push(id);
    }
    return { reseller, clients };
  });
  await price(store, null, [reseller], 0.03);
  await price(store, reseller, clients, 0.06);
  return { reseller, clients };
}

async function price(store: Store, owner: number | null, payers: readonly number[], perMinute: number): Promise<void> {
  const { id } = await store.write(async (context) => {
    const deck = await createDeck(context, { accountId: owner, name: 'calls' });
    for (const payer of payers) await assignDeck(context, `account:${payer}`, deck.id);
    return deck;
  });
  await putRates(store, await getDeck(store, id, null), parseRatesCsv(`prefix,per_minute\n,${perMinute}`));
}

function callOf(accountId: number): CallRecord {
  const leg = { callId: 'c', remote: '', contact: '' };
  return {
    ...{ uuid: `call_${accountId}`, direction: 'out', accountId, trunkId: null, didId: null, carrierId: null },
    ...{ from: '+31201234567', to: '+4930123456', startedAtMs: START, answeredAtMs: START, endedAtMs: START + 30_000 },
    ...{ result: 'ok', reason: 'answered', status: 200, sentence: '', aLeg: leg, bLeg: null, attempts: [] },
    ...{ hungUpBy: 'caller', trace: [] },
  };
}

const total = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

t.test('a year of a reseller with 50 clients and 400 numbers adds up', { timeout: 180_000 }, async (t) => {
  let now = START;
  const clock = { nowMs: () => now };
  const store = await openStore({ file: ':memory:', secretKey: randomBytes(32), platformRealm: 'sip.example', clock });
  t.teardown(() => store.close());
  const carrier = createDefaultCarrier(store);
  const { reseller, clients } = await makeWorld(store);
  const monthly = new Map<number, number>();
  for (const [n, accountId] of clients.entries()) {
    const country = COUNTRIES[n % COUNTRIES.length] ?? 'US';
    const { offers } = await carrier.search({ country, type: 'local' }, { offset: 0, limit: NUMBERS });
    const rent = total(offers.map(({ monthlyRateMicros }) => monthlyRateMicros));
    monthly.set(accountId, rent);
    const amountMicros = monthsOf(n) * rent + CALL.client;
    await store.write((context) => topUp(context, { accountId, amountMicros, idempotencyKey: `client ${n}` }));
    await checkout({ store, carrier }, { accountId, actor: 't', items: offers, idempotencyKey: undefined });
  }
  const { rows: bought } = await listDids(store, {}, EVERYTHING, null);
  t.equal(bought.length, CLIENTS * NUMBERS);
  await saveCalls(store, clients.map(callOf));
  const book = await loadRateBook(store);
  t.same(await chargeWaitingCalls(store, book, { limit: 1000 }), { charged: CLIENTS, unrated: 0 });

  const sum = { renewed: 0, suspended: 0, released: 0 };
  let invoices = 0;
  for (let day = 0; day < 365; day += 1) {
    now += DAY_MS;
    const report = await runRenewals(store, carrier, { reminderDays: [] });
    sum.renewed += report.renewed;
    sum.suspended += report.suspended;
    sum.released += report.released;
    if (new Date(now).getUTCDate() === 2) invoices += await runInvoices(store);
  }

  const paid = clients.map((_, n) => Math.min(monthsOf(n) - 1, RENEWALS));
  t.same(sum, {
    renewed: NUMBERS * total(paid),
    suspended: NUMBERS * paid.filter((months) => months < RENEWALS).length,
    // Who failed on the last day still has his days of grace.
    released: NUMBERS * paid.filter((months) => months < RENEWALS - 1).length,
  });
  for (const [n, accountId] of clients.entries()) {
    const rent = monthly.get(accountId) ?? 0;
    const left = rent * (monthsOf(n) - 1 - (paid[n] ?? 0));
    t.equal(await getBalance(store, accountId), left, `client ${n}`);
  }
  t.equal(await getBalance(store, reseller), 10 * EURO - CLIENTS * CALL.reseller, 'it paid the platform for each call');
  t.equal(await getBalance(store, reseller, 'EUR', 'revenue'), CLIENTS * CALL.client, 'and its clients paid it');
  await checkInvoices(t, store, { reseller, clients, invoices, paid });
  t.same((await verifyLedger(store)).faults, []);
});

type Checks = Pick<typeof t, 'equal' | 'same'>;

interface Expected {
  readonly reseller: number;
  readonly clients: readonly number[];
  readonly invoices: number;
  readonly paid: readonly number[];
}

/** Of each month with a charge there is one invoice, numbered without gaps, and together they are the ledger. */
async function checkInvoices(t: Checks, store: Store, expected: Expected): Promise<void> {
  const { reseller, clients, invoices, paid } = expected;
  // The last renewal lies in a month that is not over.
  const months = paid.map((count) => 1 + Math.min(count, RENEWALS - 1));
  const { rows } = await listInvoices(store, {}, EVERYTHING, null);
  t.equal(invoices, rows.length);
  const own = rows.filter(({ issuerAccountId }) => issuerAccountId === reseller);
  t.equal(
    own.length,
    months.reduce((all, count) => all + count, 0),
  );
  t.same(
    own.map(({ number }) => number),
    own.map((_, index) => index + 1),
  );
  t.equal(rows.length - own.length, 1, 'the reseller was charged in one month');
  for (const [n, accountId] of clients.entries()) {
    const mine = own.filter((row) => row.accountId === accountId);
    const invoiced = mine.reduce((all, { document }) => all + document.totalMicros, 0);
    const rent = await rentOf(store, accountId);
    t.equal(invoiced, (months[n] ?? 0) * rent + CALL.client, `client ${n}`);
  }
}

async function rentOf(store: Store, accountId: number): Promise<number> {
  const row = await store.db
    .selectFrom('orders')
    .select('totalMicros')
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow();
  return row.totalMicros;
}
