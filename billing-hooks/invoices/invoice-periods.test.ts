import t from 'tap';
import { updateAccount } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import { listInvoices, runInvoices } from './index.ts';
import { callCharge } from './test-invoices.ts';

const DAY_MS = 86_400_000;
const EVERYTHING = { afterId: 0, offset: 0, limit: 1000 };

t.test('an account that moves from zone to zone is invoiced for every hour once', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 100_000, 'UTC');
  const started = clock.nowMs();
  const move = (timezone: string) => store.write((context) => updateAccount(context, accountId, { timezone }, null));
  // A charge every three hours, through moves to the far east, the far west, and back.
  const zones = ['UTC', 'Pacific/Kiritimati', 'Pacific/Niue', 'Europe/Amsterdam', 'America/New_York'];
  let hours = 0;
  for (const timezone of zones) {
    for (let days = 0; days < 31; days += 1) {
      await store.write(async (context) => {
        for (let hour = 0; hour < 24; hour += 3) {
          await callCharge(context, accountId, 1000, `h${hours}`, null);
          hours += 3;
          clock.advance(3 * 3_600_000);
        }
      });
      await runInvoices(store);
    }
    await move(timezone);
  }
  clock.advance(40 * DAY_MS);
  await runInvoices(store);
  const { rows } = await listInvoices(store, {}, EVERYTHING, null);
  t.ok((rows[0]?.periodFromMs ?? started + 1) <= started);
  for (const [n, row] of rows.entries())
    if (n > 0) t.equal(row.periodFromMs, rows[n - 1]?.periodToMs, `invoice ${n + 1} goes on where the last one ended`);
  t.equal(
    rows.reduce((sum, { document }) => sum + document.netMicros, 0),
    (hours / 3) * 1000,
    'together they are what was charged',
  );
});

t.test('a month that ended while nobody was there is invoiced with the next one', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 100_000);
  await store.write((context) => callCharge(context, accountId, 1000, 'november', null));
  clock.advance(12 * DAY_MS);
  await store.write((context) => callCharge(context, accountId, 2000, 'december', null));
  clock.advance(35 * DAY_MS);
  t.equal(await runInvoices(store), 2);
  t.equal(await runInvoices(store), 0);
  const { rows } = await listInvoices(store, {}, EVERYTHING, null);
  t.same(
    rows.map(({ document }) => [document.periodFrom, document.netMicros]),
    [
      ['2026-11-01', 1000],
      ['2026-12-01', 2000],
    ],
  );
});
