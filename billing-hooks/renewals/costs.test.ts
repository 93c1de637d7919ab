import t from 'tap';
import { postEntry } from '../../tenancy/index.ts';
import { openTestShop, type TestShop } from '../test-store.ts';
import { listCosts } from './costs.ts';

const EURO = 1_000_000;

async function charge({ store, clock, accountId }: TestShop, at: string): Promise<void> {
  clock.advance(Date.parse(at) - clock.nowMs());
  await store.write((context) =>
    postEntry(context, {
      ...{ idempotencyKey: at, accountId, kind: 'charge', referenceType: 'call', referenceId: 1 },
      postings: [
        { accountId, kind: 'wallet', amountMicros: -EURO },
        { accountId: null, kind: 'revenue', amountMicros: EURO },
      ],
    }),
  );
}

t.test('costs by month are those of the months that invoices are about, on the calendar of the account', async (t) => {
  const shop = await openTestShop(t, 1000, 'Pacific/Auckland');
  const { store, accountId, clock } = shop;
  // The last and the first second of months in Auckland, and one that is January in UTC and February there.
  for (const at of ['2027-12-31T10:59:59Z', '2027-12-31T11:00:00Z', '2028-01-31T12:00:00Z', '2028-02-29T10:59:59Z'])
    await charge(shop, at);
  const months = async (fromMs: number, toMs = clock.nowMs() + 1) => {
    const rows = await listCosts(store, { accountId, groupBy: 'month', fromMs, toMs });
    return rows.map(({ key, amountMicros }) => [key, amountMicros / EURO]);
  };
  t.same(await months(0), [
    ['2027-12', 1],
    ['2028-01', 1],
    ['2028-02', 2],
  ]);
  t.same(await months(Date.parse('2028-02-10T00:00:00Z')), [['2028-02', 1]], 'a part of a month');
  const forever = 8_640_000_000_000_000;
  t.equal((await months(-forever, forever)).length, 3, 'only months that can have charges are looked at');
});
