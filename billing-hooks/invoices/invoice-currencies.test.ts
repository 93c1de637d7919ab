import t from 'tap';
import { getBalance, listTransactions, verifyLedger } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import { issueCreditNote, issueInvoice, listInvoices, runInvoices, setProfile } from './index.ts';
import { callCharge } from './test-invoices.ts';

const DAY_MS = 86_400_000;
const EVERYTHING = { afterId: 0, offset: 0, limit: 100 };

t.test('each wallet is invoiced in its currency, with its tax, in one row of numbers', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 1000);
  await store.write((context) => setProfile(context, null, { taxRate: 1000 }));
  for (const [key, micros, currency] of [
    ['a', 1_000_000, 'EUR'],
    ['b', 3_000_000, 'USD'],
    ['c', 500_000, 'USD'],
  ] as const)
    await store.write((context) => callCharge(context, accountId, micros, key, null, currency));
  clock.advance(12 * DAY_MS);
  t.equal(await runInvoices(store), 2);
  t.equal(await runInvoices(store), 0, 'once');
  const { rows } = await listInvoices(store, {}, EVERYTHING, null);
  t.match(
    rows.map(({ document }) => document),
    [
      { number: 'INV-000001', currency: 'EUR', netMicros: 1_000_000, taxMicros: 100_000, totalMicros: 1_100_000 },
      { number: 'INV-000002', currency: 'USD', netMicros: 3_500_000, taxMicros: 350_000, totalMicros: 3_850_000 },
    ],
  );
  t.equal(await getBalance(store, accountId), 10_000_000 - 1_100_000);
  t.equal(await getBalance(store, accountId, 'USD'), -3_850_000);
  t.equal(await getBalance(store, null, 'USD', 'tax'), 350_000);

  const request = { accountId, month: '2026-11', currency: 'USD' };
  const again = await store.write((context) => issueInvoice(context, request));
  t.equal(again.id, rows[1]?.id, 'the one that was issued');
  const note = await store.write((context) => issueCreditNote(context, again));
  t.match(note.document, { number: 'CN-000001', currency: 'USD', totalMicros: -3_850_000 });
  t.equal(await getBalance(store, accountId, 'USD'), 0, 'what was paid in it goes back in it');
  t.equal(await getBalance(store, accountId), 8_900_000);
  const moved = await listTransactions(store, { referenceType: 'invoice' }, EVERYTHING, null);
  t.same(
    moved.rows.map(({ currency, amountMicros }) => [currency, amountMicros]),
    [
      ['EUR', -100_000],
      ['USD', -350_000],
      ['USD', 3_850_000],
    ],
  );
  const none = store.write((context) => issueInvoice(context, { ...request, currency: 'JPY' }));
  await t.rejects(none, { code: 'validation_failed', message: /nothing was charged/ });
  t.same((await verifyLedger(store)).faults, []);
});
