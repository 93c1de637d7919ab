import t from 'tap';
import type { BandRecord } from '../../bus/index.ts';
import { fc } from '../../sip-engine/testing-properties.ts';
import { affordableSec, Deck, packRates, type Rate, rateCall } from './index.ts';
import { rateNaively } from './naive-rater.ts';

const HOUR_MS = 3_600_000;
/** Around both changes of the clock in Amsterdam, and an ordinary week. */
const MOMENTS = [Date.UTC(2026, 9, 25), Date.UTC(2027, 2, 28), Date.UTC(2026, 10, 18)];
const moment = fc
  .tuple(fc.constantFrom(...MOMENTS), fc.integer({ min: -30 * HOUR_MS, max: 30 * HOUR_MS }))
  .map(([base, shift]) => base + shift);

const band: fc.Arbitrary<BandRecord> = fc.record({
  name: fc.constant('b'),
  days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  fromMin: fc.integer({ min: 0, max: 1439 }),
  toMin: fc.integer({ min: 0, max: 1440 }),
});

const rate: fc.Arbitrary<Rate> = fc.record({
  prefix: fc.stringMatching(/^[12]{0,4}$/),
  fromMs: fc.oneof(fc.constant(0), moment),
  untilMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), moment),
  band: fc.integer({ min: -1, max: 1 }),
  connectFeeMicros: fc.nat(200_000),
  perMinuteMicros: fc.nat(5_000_000),
  minimumMicros: fc.nat(300_000),
  firstSec: fc.integer({ min: 1, max: 90 }),
  nextSec: fc.integer({ min: 1, max: 61 }),
});

/** Two prices of one prefix, band and start would be equally right. */
const rates = fc.uniqueArray(rate, {
  maxLength: 12,
  selector: ({ prefix, band, fromMs }) => `${prefix}/${band}/${fromMs}`,
});

const call = fc.record({
  bands: fc.tuple(band, band),
  rates,
  number: fc.stringMatching(/^\+[12]{4,6}$/),
  answeredAtMs: moment,
  durationMs: fc.integer({ min: 0, max: HOUR_MS }),
  roundToMicros: fc.constantFrom(1, 100, 10_000),
});

function deckOf({
  bands,
  rates,
  roundToMicros,
}: {
  bands: readonly BandRecord[];
  rates: readonly Rate[];
  roundToMicros: number;
}) {
  const timezone = 'Europe/Amsterdam';
  return new Deck({
    id: 1,
    accountId: null,
    currency: 'EUR',
    timezone,
    roundToMicros,
    bands,
    tables: { out: packRates(rates) },
  });
}

t.test('whatever the deck and the call, it costs what the rules say word by word', (t) => {
  fc.assert(
    fc.property(call, (given) => {
      const { number, answeredAtMs, durationMs, roundToMicros } = given;
      const prices = deckOf(given).pricesOf('out', number);
      const rated = prices && rateCall(prices, roundToMicros, answeredAtMs, durationMs);
      const naive = rateNaively(
        { timezone: 'Europe/Amsterdam', bands: given.bands, rates: given.rates },
        number,
        answeredAtMs,
        durationMs,
        roundToMicros,
      );
      return rated?.amountMicros === naive;
    }),
    { numRuns: 400 },
  );
  t.pass('400 decks and calls');
  t.end();
});

t.test('as long as a call is paid for, and not a second longer', (t) => {
  fc.assert(
    fc.property(call, fc.nat(20_000_000), (given, funds) => {
      const { number, answeredAtMs, roundToMicros } = given;
      const prices = deckOf(given).pricesOf('out', number);
      if (prices?.at(answeredAtMs) === undefined) return true;
      const cost = (sec: number) => rateCall(prices, roundToMicros, answeredAtMs, sec * 1000)?.amountMicros ?? 0;
      const sec = affordableSec(cost, funds, 3600);
      return (sec === 0 || cost(sec) <= funds) && (sec === 3600 || cost(sec + 1) > funds);
    }),
    { numRuns: 300 },
  );
  t.pass('300 decks and wallets');
  t.end();
});

t.test('a toll-free number has prices of its own, or those of any inbound call', (t) => {
  const base = {
    fromMs: 0,
    untilMs: Infinity,
    band: -1,
    connectFeeMicros: 0,
    minimumMicros: 0,
    firstSec: 60,
    nextSec: 60,
  };
  const inbound = packRates([{ ...base, prefix: '', perMinuteMicros: 10_000 }]);
  const tollFree = packRates([{ ...base, prefix: '1800', perMinuteMicros: 50_000 }]);
  const tables = { in: inbound, toll_free: tollFree };
  const deck = new Deck({
    id: 1,
    accountId: null,
    currency: 'EUR',
    timezone: 'UTC',
    roundToMicros: 1,
    bands: [],
    tables,
  });
  const cost = (number: string) => {
    const prices = deck.pricesOf('toll_free', number);
    return prices && rateCall(prices, 1, 0, 1000)?.amountMicros;
  };
  t.equal(cost('+18005551234'), 50_000);
  t.equal(cost('+498005551234'), 10_000);
  t.equal(deck.pricesOf('out', '+18005551234'), undefined);
  t.end();
});
