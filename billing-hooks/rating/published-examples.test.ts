import { readFileSync } from 'node:fs';
import t from 'tap';
import type { BandRecord } from '../../bus/index.ts';
import { parseMoney } from '../../tenancy/index.ts';
import { Deck, packRates, type Rate, rateCall } from './index.ts';

const BANDS: readonly BandRecord[] = [
  { name: 'day', days: [1, 2, 3, 4, 5], fromMin: 8 * 60, toMin: 18 * 60 },
  { name: 'night', days: [1, 2, 3, 4, 5, 6, 7], fromMin: 0, toMin: 3 * 60 },
];
const ROUND_TO = 100;

function money(text: string | undefined): number {
  const micros = parseMoney(text ?? '');
  if (micros === undefined) throw new Error(`${text} is no amount`);
  return micros;
}

/** `+316 0.20 60/60 fee 0.10 in day until 2026-01-01T00:00:00Z` */
function parseRate(text: string): Rate {
  const words = text.split(' ');
  const prefix = words[0]?.startsWith('+') ? (words.shift() ?? '').slice(1) : '';
  const price = words.shift();
  const [firstSec = 0, nextSec = 0] = (words.shift() ?? '').split('/').map(Number);
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index += 2) options.set(words[index] ?? '', words[index + 1] ?? '');
  const moment = (name: string, none: number) => (options.has(name) ? Date.parse(options.get(name) ?? '') : none);
  return {
    prefix,
    perMinuteMicros: money(price),
    firstSec,
    nextSec,
    connectFeeMicros: money(options.get('fee') ?? '0'),
    minimumMicros: money(options.get('minimum') ?? '0'),
    band: options.has('in') ? BANDS.findIndex(({ name }) => name === options.get('in')) : -1,
    fromMs: moment('from', 0),
    untilMs: moment('until', Number.POSITIVE_INFINITY),
  };
}

t.test('the examples in docs/billing.md are what is charged', (t) => {
  const page = readFileSync(new URL('../../docs/billing.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.split('|').length === 9 && line.includes('`'));
  t.ok(rows.length >= 13, `${rows.length} examples`);
  for (const row of rows) {
    const [, name, prices, called = '', answered = '', lasts, charged, charge] = row
      .split('|')
      .map((cell) => cell.trim());
    const rates = (prices ?? '').replaceAll('`', '').split('; ').map(parseRate);
    const deck = new Deck({
      id: 1,
      accountId: null,
      currency: 'EUR',
      timezone: 'Europe/Amsterdam',
      roundToMicros: ROUND_TO,
      bands: BANDS,
      tables: { out: packRates(rates) },
    });
    const found = deck.pricesOf('out', called);
    const rated = found && rateCall(found, ROUND_TO, Date.parse(answered), Number(lasts) * 1000);
    t.match(rated, { amountMicros: money(charge), billedSec: Number(charged) }, name ?? '');
  }
  t.end();
});
