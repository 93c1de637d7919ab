import { randomBytes } from 'node:crypto';
import t from 'tap';
import {
  createDeck,
  Deck,
  getDeck,
  loadRateBook,
  packRates,
  putRates,
  type Rate,
  type RateRow,
  rateCall,
} from '../../billing-hooks/index.ts';
import { openStore } from '../../tenancy/index.ts';

const PREFIXES = 200_000;
const RECORDS = 1_000_000;
const BANDS = [{ name: 'day', days: [1, 2, 3, 4, 5], fromMin: 480, toMin: 1080 }];

/** Distinct prefixes of 3 to 7 digits, as a carrier's A-Z list has them. */
function prefixOf(n: number): string {
  return `${1 + (n % 9)}${String(Math.floor(n / 9)).padStart(2 + (n % 5), '0')}`;
}

/** Processor time, so that what else the machine does is not counted. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

t.setTimeout(600_000);

t.test('a deck of 200,000 prefixes is loaded, and 1,000,000 records are rated', async (t) => {
  const store = await openStore({ file: ':memory:', secretKey: randomBytes(32) });
  const made = await store.write((context) => createDeck(context, { accountId: null, name: 'A-Z', bands: BANDS }));
  const rows: RateRow[] = [...new Set(Array.from({ length: PREFIXES * 2 }, (_, n) => prefixOf(n)))]
    .slice(0, PREFIXES)
    .map((prefix, n) => ({
      ...{ direction: 'out', prefix, band: n % 3 === 0 ? 'day' : '', fromMs: 0, untilMs: null },
      ...{ connectFeeMicros: n % 100, perMinuteMicros: 1000 + n, minimumMicros: 0, firstSec: 30, nextSec: 6 },
    }));
  await putRates(store, await getDeck(store, made.id, null), rows);
  const loading = process.cpuUsage();
  const book = await loadRateBook(store);
  const loadMs = cpuMs(loading);
  t.equal(book.isEmpty, false);

  const rates: Rate[] = rows.map(({ direction: _, untilMs: __, band, ...rate }) => ({
    ...rate,
    untilMs: Number.POSITIVE_INFINITY,
    band: band === 'day' ? 0 : -1,
  }));
  const tables = { out: packRates([...rates, { ...(rates[0] as Rate), prefix: '', band: -1 }]) };
  const record = { id: 1, accountId: null, currency: 'EUR', timezone: 'Europe/Amsterdam', roundToMicros: 100 };
  const deck = new Deck({ ...record, bands: BANDS, tables });
  const start = Date.UTC(2026, 9, 20);
  const rating = process.cpuUsage();
  let sum = 0;
  for (let n = 0; n < RECORDS; n += 1) {
    const number = `+${1 + (n % 9)}${(n * 7919) % 10_000_000_000}`;
    const rated = deck.pricesOf('out', number);
    sum += (rated && rateCall(rated, 100, start + n * 1200, (n % 600) * 1000)?.amountMicros) ?? 0;
  }
  const rateMs = cpuMs(rating);
  t.comment(`loaded in ${Math.round(loadMs)} ms, rated in ${Math.round(rateMs)} ms`);
  t.ok(sum > 0);
  t.ok(loadMs < 2000, `200,000 prefixes in ${Math.round(loadMs)} ms`);
  t.ok(rateMs < 60_000, `1,000,000 records in ${Math.round(rateMs)} ms`);
  await store.close();
});
