import { isValidPhoneNumber } from 'libphonenumber-js/max';
import t from 'tap';
import { COUNTRIES, offersOf } from './coverage.ts';
import { COVERAGE_TABLE } from './coverage-table.ts';
import { createSimulatedCarrier } from './simulated-carrier.ts';

const PAGE = { offset: 0, limit: 50 };

function carrier(sold: ReadonlySet<string> = new Set()) {
  const clock = { now: 0 };
  const findSold = async (numbers: readonly string[]) => new Set(numbers.filter((number) => sold.has(number)));
  return { clock, carrier: createSimulatedCarrier({ findSold, nowMs: () => clock.now, reservationMs: 1000 }) };
}

t.test('more than seventy countries have numbers, all valid, none offered twice', async (t) => {
  t.ok(COUNTRIES.length > 70, `${COUNTRIES.length} countries`);
  const seen = new Set<string>();
  for (const [country, , cities] of COVERAGE_TABLE) {
    const offers = offersOf(country);
    t.ok(offers.length >= 20, `${country} has ${offers.length}`);
    for (const entry of cities.split(', ').filter((text) => text !== '')) {
      const city = entry.slice(0, entry.lastIndexOf(' '));
      t.ok(offers.filter((offer) => offer.city === city).length >= 10, `${country} ${city}`);
    }
    for (const { number } of offers) {
      if (!isValidPhoneNumber(number) || seen.has(number)) t.fail(`${country} ${number}`);
      seen.add(number);
    }
  }
});

t.test('the first number of Amsterdam is the one of the published guide', async (t) => {
  const { total, offers } = await carrier().carrier.search({ country: 'NL', type: 'local', city: 'amsterdam' }, PAGE);
  t.equal(total, 48);
  t.same(offers[0], {
    number: '+31201234567',
    country: 'NL',
    type: 'local',
    city: 'Amsterdam',
    monthlyRateMicros: 1_500_000,
    setupFeeMicros: 0,
    currency: 'EUR',
    smsEnabled: false,
    requiresRegulatory: true,
  });
});

t.test('local numbers of the United States and Great Britain need no documents, and some take messages', async (t) => {
  for (const country of ['US', 'GB']) {
    const { offers } = await carrier().carrier.search({ country, type: 'local' }, PAGE);
    t.equal(offers.length, 50);
    t.notOk(offers.some((offer) => offer.requiresRegulatory));
    t.ok(offers.some((offer) => offer.smsEnabled) && offers.some((offer) => !offer.smsEnabled));
  }
  t.ok(offersOf('DE').every((offer) => offer.requiresRegulatory));
});

t.test('what is sold or held by another is not offered; a hold ends by itself', async (t) => {
  const { carrier: shop, clock } = carrier(new Set(['+31201234567']));
  const query = { country: 'NL', type: 'local', city: 'Amsterdam' } as const;
  const { total, offers } = await shop.search(query, PAGE);
  t.equal(total, 47);
  const number = offers[0]?.number ?? '';
  await shop.reserve([number], 'a');
  await t.rejects(shop.reserve([number], 'b'), { code: 'unavailable', number });
  await shop.reserve([number], 'a');
  t.equal((await shop.search(query, PAGE)).total, 46);
  clock.now = 1001;
  t.equal((await shop.search(query, PAGE)).total, 47);
  await shop.reserve([number], 'b');
  await shop.release([number], 'b');
  await shop.reserve([number], 'c');
});

t.test('a number that nobody sells cannot be reserved', async (t) => {
  await t.rejects(carrier().carrier.reserve(['+31999999999'], 'a'), {
    code: 'unavailable',
    message: /not a number on sale/,
  });
});
