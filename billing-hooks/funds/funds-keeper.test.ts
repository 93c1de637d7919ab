import t from 'tap';
import { fc } from '../../sip-engine/testing-properties.ts';
import type { CallFacts } from '../charging/index.ts';
import { packRates } from '../rating/index.ts';
import { FundsKeeper } from './index.ts';
import { EURO, NO_CAPS, testDeck, testPurse, testUpdate } from './test-funds.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const facts: CallFacts = {
  direction: 'out',
  isEmergency: false,
  to: '+31201234567',
  chain: [1],
  trunkId: 7,
  carrierId: null,
};

function keeperWith(balanceMicros: number, sliceSec = 30) {
  const keeper = new FundsKeeper({ sliceSec });
  keeper.apply(
    testUpdate({ reset: true, decks: [testDeck(1, {})], purses: [testPurse('account:1', 1, balanceMicros)] }),
  );
  return keeper;
}

t.test('a call reserves a slice, extends it, and is told when the money ends', (t) => {
  // 0.001 a second: 0.050 are 50 seconds.
  const keeper = keeperWith(50_000);
  t.equal(keeper.check(facts, NOW), undefined);
  keeper.open('a', facts, NOW);
  t.equal(keeper.availableMicros('account:1'), 20_000);
  t.same(keeper.answered('a', NOW + 5000), { paidSec: 30, isLast: false });
  t.same(keeper.extend('a', NOW + 5000, NOW + 30_000), { paidSec: 50, isLast: true });
  t.equal(keeper.availableMicros('account:1'), 0);
  keeper.apply(testUpdate({ purses: [testPurse('account:1', 1, 60_000)] }));
  t.same(keeper.extend('a', NOW + 5000, NOW + 54_000), { paidSec: 60, isLast: true }, 'a top-up in time is used');
  keeper.close('a', NOW + 5000, NOW + 5000 + 45_000);
  t.equal(keeper.availableMicros('account:1'), 15_000, 'what it cost stays reserved until the ledger has it');
  keeper.apply(testUpdate({ purses: [testPurse('account:1', 1, 15_000)], settledCalls: ['a'] }));
  t.equal(keeper.availableMicros('account:1'), 15_000);
  t.end();
});

t.test('a call that nobody answered costs nothing', (t) => {
  const keeper = keeperWith(50_000);
  keeper.open('a', facts, NOW);
  keeper.close('a', null, NOW + 9000);
  t.equal(keeper.availableMicros('account:1'), 50_000);
  t.end();
});

t.test('without money for its first interval a call is refused; with credit, or paid afterwards, it is not', (t) => {
  const keeper = keeperWith(999);
  t.equal(keeper.check(facts, NOW), 'insufficient_balance');
  keeper.apply(testUpdate({ purses: [testPurse('account:1', 1, 0, { creditMicros: 1000 })] }));
  t.equal(keeper.check(facts, NOW), undefined);
  keeper.apply(testUpdate({ purses: [testPurse('account:1', 1, -5 * EURO, { creditMicros: null })] }));
  t.equal(keeper.check(facts, NOW), undefined);
  keeper.open('a', facts, NOW);
  t.equal(keeper.answered('a', NOW), undefined, 'nothing ends it');
  t.end();
});

t.test('calls inside and calls for help need no money; a number without a price is refused', (t) => {
  const keeper = keeperWith(0);
  t.equal(keeper.check({ ...facts, direction: 'internal' }, NOW), undefined);
  t.equal(keeper.check({ ...facts, isEmergency: true }, NOW), undefined);
  keeper.apply(testUpdate({ decks: [testDeck(1, { prefix: '49' })] }));
  t.equal(keeper.check(facts, NOW), 'no_rate');
  t.end();
});

t.test('everybody above pays too: the shortest purse decides, the platform at its carrier included', (t) => {
  const keeper = new FundsKeeper();
  const decks = [testDeck(1, {}), testDeck(2, { perMinuteMicros: 30_000 }), testDeck(3, { perMinuteMicros: 6000 })];
  const purses = [testPurse('account:1', 1, EURO), testPurse('account:2', 2, 10_000), testPurse('carrier:3', 3, 600)];
  keeper.apply(testUpdate({ reset: true, decks, purses }));
  const both = { ...facts, chain: [1, 2] };
  keeper.open('a', both, NOW);
  t.same(keeper.answered('a', NOW), { paidSec: 20, isLast: true }, '0.01 at 0.0005 a second');
  keeper.close('a', null, NOW);
  keeper.open('b', { ...both, carrierId: 3 }, NOW);
  t.same(keeper.answered('b', NOW), { paidSec: 6, isLast: true }, 'the balance at the carrier (F-037)');
  keeper.close('b', null, NOW);
  keeper.apply(testUpdate({ purses: [testPurse('carrier:3', 3, 0)] }));
  t.equal(keeper.check({ ...both, carrierId: 3 }, NOW), 'carrier_balance');
  t.end();
});

t.test('a thousand calls at once on one wallet never reserve, and never cost, more than is in it', (t) => {
  const keeper = keeperWith(3 * EURO + 17);
  const admitted: string[] = [];
  for (let n = 0; n < 1000; n += 1) {
    if (keeper.check(facts, NOW) !== undefined) continue;
    keeper.open(`c${n}`, facts, NOW);
    admitted.push(`c${n}`);
  }
  t.ok(admitted.length >= 100, `${admitted.length} of 1000 were let in`);
  t.ok(keeper.availableMicros('account:1') >= 0);
  const ends = new Map(admitted.map((uuid) => [uuid, keeper.answered(uuid, NOW)?.paidSec ?? 0]));
  for (let round = 0; round < 5; round += 1)
    for (const uuid of admitted) ends.set(uuid, keeper.extend(uuid, NOW, NOW)?.paidSec ?? 0);
  const cost = [...ends.values()].reduce((sum, sec) => sum + sec * 1000, 0);
  t.ok(cost <= 3 * EURO + 17, `${cost} of 3000017 micro-units`);
  t.ok(cost > 2.9 * EURO, 'and what there is can be used');
  for (const uuid of admitted) keeper.close(uuid, NOW, NOW + (ends.get(uuid) ?? 0) * 1000);
  t.equal(keeper.availableMicros('account:1'), 3 * EURO + 17 - cost);
  t.end();
});

t.test('whatever calls do, what is reserved comes back when the ledger has booked it', (t) => {
  const step = fc.record({
    call: fc.nat(5),
    act: fc.constantFrom('open', 'answer', 'extend', 'close'),
    at: fc.nat(200),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(200_000), (steps, balance) => {
      const keeper = keeperWith(balance);
      const answered = new Map<string, number>();
      const open = new Set<string>();
      let n = 0;
      for (const { call, act, at } of steps) {
        const uuid = [...open][call];
        if (act === 'open' && keeper.check(facts, NOW) === undefined) {
          keeper.open(`c${n}`, facts, NOW);
          open.add(`c${n}`);
          n += 1;
        } else if (uuid !== undefined && act === 'answer' && !answered.has(uuid)) {
          answered.set(uuid, NOW);
          keeper.answered(uuid, NOW);
        } else if (uuid !== undefined && act === 'extend') keeper.extend(uuid, NOW, NOW);
        else if (uuid !== undefined && act === 'close') {
          keeper.close(uuid, answered.get(uuid) ?? null, NOW + at * 1000);
          open.delete(uuid);
        }
        // Calls that are cut late by hand may overdraw; those within their reservation never do.
        if (act !== 'close' && steps.every((other) => other.act !== 'close') && keeper.availableMicros('account:1') < 0)
          return false;
      }
      for (const uuid of open) keeper.close(uuid, null, NOW);
      keeper.apply(testUpdate({ settledCalls: Array.from({ length: n }, (_, index) => `c${index}`) }));
      return keeper.availableMicros('account:1') === balance;
    }),
    { numRuns: 200 },
  );
  t.pass('200 histories');
  t.end();
});

t.test(
  'caps: a dear destination, a day of a trunk, a day, 24 hours that roll; the alarm comes before the block',
  (t) => {
    const keeper = new FundsKeeper({ sliceSec: 10 });
    const caps = { ...NO_CAPS, perMinuteMicros: 60_000, perTrunkDayMicros: 100_000 };
    const purse = testPurse('account:1', 1, 100 * EURO, { caps });
    keeper.apply(testUpdate({ reset: true, decks: [testDeck(1, { perMinuteMicros: 60_001 })], purses: [purse] }));
    t.equal(keeper.check(facts, NOW), 'rate_too_high');
    keeper.apply(testUpdate({ decks: [testDeck(1, {})] }));
    t.equal(keeper.check(facts, NOW), undefined);
    const talk = (uuid: string, sec: number, nowMs = NOW) => {
      keeper.open(uuid, facts, nowMs);
      keeper.answered(uuid, nowMs);
      keeper.close(uuid, nowMs, nowMs + sec * 1000);
    };
    talk('a', 79);
    t.same(keeper.alarms(facts, NOW), []);
    talk('b', 1);
    t.match(keeper.alarms(facts, NOW), [{ cap: 'trunk_day', state: 'near', trunkId: 7, spentMicros: 80_000 }]);
    t.same(keeper.alarms(facts, NOW), [], 'told once a day');
    keeper.open('c', facts, NOW);
    t.same(keeper.answered('c', NOW), { paidSec: 10, isLast: false });
    t.same(keeper.extend('c', NOW, NOW), { paidSec: 20, isLast: false });
    t.same(keeper.extend('c', NOW, NOW), { paidSec: 20, isLast: true }, 'a live call ends at the cap');
    t.equal(keeper.check(facts, NOW), 'spend_cap');
    t.match(keeper.alarms(facts, NOW, 'spend_cap'), [{ state: 'reached' }]);
    t.equal(keeper.check({ ...facts, trunkId: 8 }, NOW), undefined, 'another trunk has a day of its own');
    keeper.close('c', NOW, NOW + 20_000);
    t.equal(keeper.check(facts, NOW + 12 * 3_600_000 - 1), 'spend_cap');
    t.equal(keeper.check(facts, NOW + 12 * 3_600_000), undefined, 'until midnight');
    t.end();
  },
);

t.test('a rolling cap counts what was spent before the start, for 24 hours', (t) => {
  const keeper = new FundsKeeper();
  const purse = testPurse('account:1', 1, EURO, { caps: { ...NO_CAPS, rolling24hMicros: 100_000 } });
  const spent = [{ purse: 'account:1', trunkId: null, atMs: NOW, amountMicros: 100_000 }];
  keeper.apply(testUpdate({ reset: true, decks: [testDeck(1, {})], purses: [purse], spent }));
  t.equal(keeper.check(facts, NOW + 24 * 3_600_000 - 1), 'spend_cap');
  t.equal(keeper.check(facts, NOW + 24 * 3_600_000 + 900_000), undefined);
  t.end();
});

t.test('a call that was sent on is paid twice by one wallet, and what is in it is there once', (t) => {
  const keeper = new FundsKeeper({ sliceSec: 30 });
  const table = testDeck(1, {}).tables.out ?? packRates([]);
  const deck = { ...testDeck(1, {}), tables: { out: table, in: table } };
  keeper.apply(testUpdate({ reset: true, decks: [deck], purses: [testPurse('account:1', 1, 50_000)] }));
  const sentOn: CallFacts = {
    ...facts,
    direction: 'in',
    onward: { to: '+31612345678', chain: [1], carrierId: null },
  };
  keeper.open('a', sentOn, NOW);
  t.equal(keeper.availableMicros('account:1'), 0, '25 seconds of both legs');
  t.same(keeper.answered('a', NOW), { paidSec: 25, isLast: true });
  keeper.close('a', NOW, NOW + 25_000);
  t.equal(keeper.availableMicros('account:1'), 0);
  keeper.apply(testUpdate({ purses: [testPurse('account:1', 1, 1_999)], settledCalls: ['a'] }));
  t.equal(keeper.check(sentOn, NOW), 'insufficient_balance', 'the first second of both legs is not there');
  t.equal(keeper.check({ ...facts, direction: 'in' }, NOW), undefined);
  t.end();
});
