import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  createAccount,
  createTrunk,
  getBalance,
  listTransactions,
  type Store,
  topUp,
  updateDid,
  verifyLedger,
} from '../../tenancy/index.ts';
import { createDefaultCarrier } from '../inventory/index.ts';
import { checkout } from '../orders/index.ts';
import { runRenewals } from '../renewals/index.ts';
import { openTestShop, type TestShop } from '../test-store.ts';
import {
  amountText,
  getInvoice,
  issueCreditNote,
  issueInvoice,
  listInvoices,
  renderInvoicePdf,
  runInvoices,
  setProfile,
} from './index.ts';
import { taxOf } from './invoice-document.ts';
import { callCharge } from './test-invoices.ts';

const DAY_MS = 86_400_000;
const EVERYTHING = { afterId: 0, offset: 0, limit: 1000 };
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** Two numbers on a trunk, a renewal and three calls; then November 2026 is over. */
async function trade(shop: TestShop) {
  const { store, clock, accountId } = shop;
  const carrier = createDefaultCarrier(store);
  const { offers } = await carrier.search({ country: 'US', type: 'local' }, { offset: 0, limit: 2 });
  const order = await checkout({ store, carrier }, { accountId, actor: 't', items: offers, idempotencyKey: undefined });
  const { trunk } = await store.write((context) => createTrunk(context, { accountId, name: 'Acme Corp' }));
  for (const { didId } of order.items)
    await store.write((context) =>
      updateDid(context, didId ?? 0, { destination: { kind: 'trunk', trunkId: trunk.id } }, null),
    );
  for (const [index, micros] of [12_300, 4567, 1_000_001].entries())
    await store.write((context) => callCharge(context, accountId, micros, `c${index}`, trunk.uuid));
  clock.advance(12 * DAY_MS);
  return { trunk, carrier };
}

async function walletSpent(store: Store, accountId: number): Promise<number> {
  const { rows } = await listTransactions(store, { accountId }, EVERYTHING, null);
  return -rows.filter(({ kind }) => kind !== 'topup').reduce((sum, { amountMicros }) => sum + amountMicros, 0);
}

t.test('an invoice says what the ledger took in the month, with tax, and its totals are the ledger’s', async (t) => {
  const shop = await openTestShop(t, 10_000, 'Europe/Amsterdam');
  const { store, accountId } = shop;
  await store.write((context) => setProfile(context, null, { legalName: 'Platform BV', taxRate: 2100 }));
  await trade(shop);
  const early = store.write((context) => issueInvoice(context, { accountId, month: '2026-12' }));
  await t.rejects(early, { code: 'validation_failed', message: /not over yet/ });
  t.equal(await runInvoices(store), 1);
  t.equal(await runInvoices(store), 0, 'once');
  const [invoice] = (await listInvoices(store, {}, EVERYTHING, null)).rows;
  if (invoice === undefined) return t.fail('no invoice');
  const { document } = invoice;
  t.match(document, {
    number: 'INV-000001',
    issuer: { name: 'Platform BV' },
    customer: { name: 'MSP' },
    periodFrom: '2026-11-01',
    periodTo: '2026-11-30',
    netMicros: 2_000_000 + 1_016_868,
    taxMicros: 630_000,
  });
  t.match(document.lines, [
    { text: /New numbers: \+1/, quantity: 2 },
    { text: 'Calls: Acme Corp', quantity: 3 },
  ]);
  t.equal(document.totalMicros, await walletSpent(store, accountId), 'tax is charged with it');
  t.equal(await getBalance(store, null, 'EUR', 'tax'), 630_000);
  t.same((await listInvoices(store, {}, EVERYTHING, new Set([accountId + 1]))).total, 0, 'another tenant sees nothing');
  await t.rejects(getInvoice(store, invoice.id, new Set([accountId + 1])), { code: 'not_found' });

  const pdf = await renderInvoicePdf(document);
  t.same(await renderInvoicePdf(JSON.parse(JSON.stringify(document))), pdf, 'the same bytes every time');
  const file = join(t.testdir(), 'invoice.pdf');
  writeFileSync(file, pdf);
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
  for (const part of ['Platform BV', 'INV-000001', 'Acme Corp', amountText(document.netMicros), 'VAT 21 %'])
    t.ok(text.includes(part), part);
  t.match(text, new RegExp(`Total EUR\\s+${amountText(document.totalMicros).replace('.', '\\.')}`));
  execFileSync('pdftoppm', ['-png', '-r', '60', file, file]);
  const [page] = readdirSync(t.testdirName).filter((name) => name.endsWith('.png'));
  const picture = readFileSync(join(t.testdirName, page ?? ''));
  t.same(picture.subarray(0, 4), PNG, 'a picture of it can be made');
  t.ok(picture.length > 3000, 'and it is not empty');
});

t.test('names in any of the alphabets that customers have can be read on the invoice', async (t) => {
  const shop = await openTestShop(t, 1000);
  await trade(shop);
  const { accountId } = shop;
  const { document } = await shop.store.write((context) => issueInvoice(context, { accountId, month: '2026-11' }));
  const name = 'Żółta Łódź';
  const japanese = '株式会社髙橋電話';
  const [line] = document.lines;
  if (line === undefined) throw new Error('there is a line');
  const foreign = {
    ...document,
    issuer: { ...document.issuer, name, footer: 'Спасибо. Ευχαριστούμε.' },
    customer: { name: japanese, address: Array.from({ length: 9 }, (_, n) => `Улица ${n}`), taxId: null },
    lines: [{ ...line, text: 'Αθήνα' }],
  };
  const pdf = await renderInvoicePdf(foreign);
  t.same(await renderInvoicePdf(foreign), pdf, 'the same bytes every time');
  t.ok(pdf.length < 100_000, 'of the fonts only what is used');
  const file = join(t.testdir(), 'invoice.pdf');
  writeFileSync(file, pdf);
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
  for (const words of [name, japanese, 'Улица 8', 'Αθήνα', 'Спасибо. Ευχαριστούμε.']) t.ok(text.includes(words), words);
  const fonts = execFileSync('pdffonts', [file], { encoding: 'utf8' }).trim().split('\n').slice(2);
  t.equal(fonts.length, 3);
  for (const font of fonts) t.match(font, / yes yes yes /, 'embedded, in part, with its letters');
});

t.test('a credit note takes the whole invoice back, once, and the wallet has its money', async (t) => {
  const shop = await openTestShop(t, 10_000);
  const { store, accountId } = shop;
  await store.write((context) => setProfile(context, null, { taxRate: 1900 }));
  await trade(shop);
  const invoice = await store.write((context) => issueInvoice(context, { accountId, month: '2026-11' }));
  const note = await store.write((context) => issueCreditNote(context, invoice));
  t.match(note.document, { number: 'CN-000001', credits: 'INV-000001', totalMicros: -invoice.document.totalMicros });
  t.equal((await store.write((context) => issueCreditNote(context, invoice))).id, note.id);
  t.equal(await getBalance(store, accountId), 100_000_000);
  t.equal(await getBalance(store, null, 'EUR', 'tax'), 0);
  await t.rejects(
    store.write((context) => issueCreditNote(context, note)),
    { code: 'conflict' },
  );
  t.same((await verifyLedger(store)).faults, []);
  await t.rejects(store.db.updateTable('invoices').set({ netMicros: 1 }).execute(), { message: /never changed/ });
  await t.rejects(store.db.deleteFrom('invoices').execute(), { message: /never removed/ });
});

t.test('numbers have no gap, however many invoices are issued at once and however many fail', async (t) => {
  const { store } = await openTestShop(t, 0);
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      store.write(async (context) => {
        const { id } = await createAccount(context, { name: `Account ${n}` });
        await topUp(context, { accountId: id, amountMicros: 10_000_000, idempotencyKey: `t${n}` });
        if (n % 4 !== 0) await callCharge(context, id, 1_000_000, `c${n}`, null);
        return id;
      }),
    ),
  );
  const later = { ...store.clock, nowMs: () => Date.UTC(2026, 11, 2) };
  const outcomes = await Promise.allSettled(
    ids.flatMap((accountId, n) => [
      store.write((context) => issueInvoice({ ...context, clock: later }, { accountId, month: '2026-11' })),
      store.write(async (context) => {
        await issueInvoice({ ...context, clock: later }, { accountId, month: '2026-11' });
        if (n % 3 === 0) throw new Error('rolled back');
      }),
    ]),
  );
  t.ok(outcomes.some(({ status }) => status === 'rejected'));
  const numbers = (await listInvoices(store, {}, EVERYTHING, null)).rows.map(({ number }) => number);
  t.same(
    numbers,
    Array.from({ length: 30 }, (_, index) => index + 1),
  );
  await t.rejects(
    store.bulk((connection) =>
      connection.exec(`INSERT INTO invoices (account_id, kind, number, subject, period_from_ms, period_to_ms, currency,
        net_micros, tax_micros, total_micros, document, issued_at_ms) VALUES (1, 'invoice', 99, 'x', 0, 0, 'EUR', 0, 0, 0, '{}', 0)`),
    ),
    { message: /without gaps/ },
  );
});

t.test('a client of a reseller reads the reseller’s brand and number series, never the platform’s', async (t) => {
  const { store, clock } = await openTestShop(t, 0);
  const { reseller, client } = await store.write(async (context) => {
    const { id: reseller } = await createAccount(context, {
      name: 'VR Inc',
      isReseller: true,
      brandName: 'VoiceBrand',
    });
    const { id: client } = await createAccount(context, { name: 'Bistro', parentId: reseller });
    for (const accountId of [reseller, client]) await callCharge(context, accountId, 5_000_000, `c${accountId}`, null);
    return { reseller, client };
  });
  clock.advance(12 * DAY_MS);
  t.equal(await runInvoices(store), 2);
  const { rows } = await listInvoices(store, {}, EVERYTHING, null);
  t.match(rows, [
    { accountId: reseller, issuerAccountId: null, number: 1, document: { customer: { name: 'VR Inc' } } },
    { accountId: client, issuerAccountId: reseller, number: 1, document: { issuer: { name: 'VoiceBrand' } } },
  ]);
  t.notMatch(JSON.stringify(rows[1]), /sip\.didfarm\.com|platform/i);
  t.equal((await listInvoices(store, {}, EVERYTHING, new Set([client]))).total, 1);
});

t.test('an MSP invoices its client by trunk, with its mark-up, without touching the wallet', async (t) => {
  const shop = await openTestShop(t, 10_000);
  const { store, clock, accountId } = shop;
  await store.write((context) =>
    setProfile(context, accountId, {
      legalName: 'MSP BV',
      taxRate: 2100,
      markup: [
        { kind: 'number', percent: 50, perUnitMicros: 250_000 },
        { kind: 'all', percent: 10, perUnitMicros: 0 },
      ],
    }),
  );
  const { trunk, carrier } = await trade(shop);
  clock.advance(20 * DAY_MS);
  await runRenewals(store, carrier);
  clock.advance(20 * DAY_MS);
  const before = await getBalance(store, accountId);
  const issue = (month: string) =>
    store.write((context) => issueInvoice(context, { accountId, month, trunkUuid: trunk.uuid }));
  const november = await issue('2026-11');
  t.match(november.document, { number: 'C-000001', issuer: { name: 'MSP BV' }, customer: { name: 'Acme Corp' } });
  t.same(
    november.document.lines,
    [{ text: 'Calls: Acme Corp', quantity: 3, amountMicros: 1_120_000 }],
    '1.016868 and 10 %',
  );
  const december = await issue('2026-12');
  t.same(
    december.document.lines.map(({ amountMicros }) => amountMicros),
    [1_750_000, 1_750_000],
    'a rent of 1.00, half as much again and 0.25',
  );
  t.equal(december.document.totalMicros, 3_500_000 + 740_000);
  t.equal((await issue('2026-12')).id, december.id);
  t.equal(await getBalance(store, accountId), before);
});

t.test('amounts are written to the last micro-unit, and tax is rounded once', (t) => {
  t.same(
    [0, 10_000, 1_234_567_890_000, -12_500, 1, -1_000_000].map((micros) => amountText(micros)),
    ['0.00', '0.01', '1,234,567.89', '-0.0125', '0.000001', '-1.00'],
  );
  t.equal(amountText(1_500_000, 4), '1.5000', 'as many digits as another amount beside it');
  t.equal(amountText(12, 4), '0.000012');
  t.equal(taxOf(1_000_000, 2100, false), 210_000);
  t.equal(taxOf(1_210_000, 2100, true), 210_000);
  t.equal(taxOf(-1_210_000, 2100, true), -210_000);
  t.equal(taxOf(10_000, 1900, false), 0);
  t.end();
});

t.test('tax is exact for amounts that no float has', (t) => {
  // 8,888,888,888.888888 at 25 %, and a half cent either way.
  t.equal(taxOf(8_888_888_888_888_888, 2500, false), 2_222_222_222_220_000);
  t.equal(taxOf(20_000, 2500, false), 10_000);
  t.equal(taxOf(-20_000, 2500, false), -10_000);
  t.equal(taxOf(121_000, 2100, true), 20_000);
  t.equal(Object.is(taxOf(-1, 2100, false), 0), true);
  t.end();
});
