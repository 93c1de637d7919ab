import t from 'tap';
import { FundsKeeper, packRates } from '../billing-hooks/index.ts';
import type { CallRecord, FundsEnding, FundsUpdate } from '../bus/index.ts';
import type { CallEnd } from './bridge/call.ts';
import { CallFundsWatch } from './call-funds.ts';
import type { CallSink } from './ports.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const CAPS = {
  ...{ perMinuteMicros: null, perTrunkDayMicros: null, perDayMicros: null, rolling24hMicros: null },
  ...{ alarmPercent: 80, timezone: 'UTC' },
};

function update(balanceMicros: number): FundsUpdate {
  const rate = {
    ...{ prefix: '', fromMs: 0, untilMs: Number.POSITIVE_INFINITY, band: -1, connectFeeMicros: 0 },
    ...{ perMinuteMicros: 60_000, minimumMicros: 0, firstSec: 1, nextSec: 1 },
  };
  const deck = { id: 1, accountId: null, currency: 'EUR', timezone: 'UTC', roundToMicros: 1, bands: [] };
  return {
    reset: true,
    decks: [{ ...deck, tables: { out: packRates([rate]) } }],
    ...{ removedDecks: [], settledCalls: [], spent: [] },
    purses: [{ key: 'account:1', deckId: 1, creditMicros: 0, balanceMicros, caps: CAPS }],
  };
}

function record(more: Partial<CallRecord> = {}): CallRecord {
  const leg = { callId: 'c', remote: '', contact: '' };
  return {
    ...{ uuid: 'call_1', direction: 'out', accountId: 1, trunkId: 7, didId: null, carrierId: null },
    ...{ from: '+31201234567', to: '+4930123456', startedAtMs: NOW, answeredAtMs: null, endedAtMs: null },
    ...{ result: null, reason: null, status: 0, sentence: '', aLeg: leg, bLeg: null, attempts: [] },
    ...{ hungUpBy: null, trace: [] },
    ...more,
  };
}

/** A call in a world whose time is moved by hand. */
function stage(balanceMicros: number) {
  let now = NOW;
  let timers: { readonly at: number; readonly fn: () => void }[] = [];
  const clock = {
    now: () => now,
    after: (ms: number, fn: () => void) => {
      const timer = { at: now + ms, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const keeper = new FundsKeeper();
  keeper.apply(update(balanceMicros));
  const ended: { readonly atMs: number; readonly end: CallEnd }[] = [];
  const warned: FundsEnding[] = [];
  const watch = new CallFundsWatch({
    ...{ keeper, clock },
    directory: { chain: (id) => [{ id }] as never },
    hangUp: (_uuid, end) => void ended.push({ atMs: now, end }),
    onAlarm: () => undefined,
    onEnding: (ending) => void warned.push(ending),
  });
  const sink = watch.watch({ emit: () => undefined } as unknown as CallSink);
  const advance = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers = timers.filter((timer) => timer !== next);
      now = next.at;
      next.fn();
    }
    now = until;
  };
  return { keeper, watch, sink, ended, warned, advance, pending: () => timers.length };
}

t.test('a call is extended while there is money, warned of, and cut within the second in which it ends', (t) => {
  const { sink, ended, warned, advance } = stage(70_000);
  sink.emit(record());
  advance(5000);
  sink.emit(record({ answeredAtMs: NOW + 5000 }));
  advance(55_000);
  t.same(ended, []);
  t.match(warned, [{ callUuid: 'call_1', accountId: 1, endsAtMs: NOW + 5000 + 69_700 }], 'told before');
  advance(20_000);
  t.match(ended, [{ atMs: NOW + 5000 + 69_700, end: { reason: 'insufficient_balance', status: 200 } }]);
  t.end();
});

t.test('a top-up in time lets it go on', (t) => {
  const { keeper, sink, ended, advance } = stage(20_000);
  sink.emit(record());
  sink.emit(record({ answeredAtMs: NOW }));
  advance(15_000);
  keeper.apply({ ...update(500_000), reset: false });
  advance(100_000);
  t.same(ended, []);
  t.end();
});

t.test('a call that ends leaves no timer and gives back what it did not use', (t) => {
  const { keeper, sink, advance, pending } = stage(100_000);
  sink.emit(record());
  t.equal(keeper.availableMicros('account:1'), 70_000);
  sink.emit(record({ answeredAtMs: NOW }));
  advance(10_000);
  sink.emit(record({ answeredAtMs: NOW, endedAtMs: NOW + 10_000 }));
  t.equal(pending(), 0);
  t.equal(keeper.availableMicros('account:1'), 90_000);
  t.end();
});

t.test('calls of an account that is closed end, others do not', (t) => {
  const { watch, sink, ended } = stage(100_000);
  sink.emit(record());
  sink.emit(record({ uuid: 'call_2', accountId: 2 }));
  watch.directoryChanged([{ id: 1, status: 'active' }]);
  t.same(ended, []);
  watch.directoryChanged([{ id: 1, status: 'closed' }]);
  t.match(ended, [{ end: { reason: 'account_suspended', status: 403 } }]);
  t.equal(ended.length, 1);
  t.end();
});

t.test('a call that goes on to a carrier is paid for from its answer on, and cut when that is not paid', (t) => {
  const { keeper, sink, ended, advance } = stage(10_000);
  sink.emit(record({ direction: 'in' }));
  t.equal(keeper.availableMicros('account:1'), 10_000, 'nobody pays for inbound calls here');
  const onward = { accountId: 1, trunkId: null, carrierId: 3, to: '+31612345678' };
  sink.emit(record({ direction: 'in', answeredAtMs: NOW, onward }));
  t.equal(keeper.availableMicros('account:1'), 0);
  advance(20_000);
  t.match(ended, [{ atMs: NOW + 9700, end: { reason: 'insufficient_balance' } }]);
  t.end();
});

t.test('a call that is cut too late is charged for what was paid, not for our being late', (t) => {
  const { keeper, watch, advance, ended } = stage(10_000);
  const told: CallRecord[] = [];
  const sink = watch.watch({ emit: (one: CallRecord) => void told.push(one) } as unknown as CallSink);
  sink.emit(record());
  sink.emit(record({ answeredAtMs: NOW }));
  advance(9700);
  t.equal(ended.length, 1);
  sink.emit(record({ answeredAtMs: NOW, endedAtMs: NOW + 10_400 }));
  t.equal(told.at(-1)?.paidSec, 10);
  t.equal(keeper.availableMicros('account:1'), 0, 'and not below');
  t.end();
});

t.test('a call that outlasts its slice while there is money is charged for all of it', (t) => {
  const { keeper, watch } = stage(100_000);
  const told: CallRecord[] = [];
  const sink = watch.watch({ emit: (one: CallRecord) => void told.push(one) } as unknown as CallSink);
  sink.emit(record());
  sink.emit(record({ answeredAtMs: NOW }));
  // As if no timer had come for a minute.
  sink.emit(record({ answeredAtMs: NOW, endedAtMs: NOW + 61_500 }));
  t.equal(told.at(-1)?.paidSec, undefined);
  t.equal(keeper.availableMicros('account:1'), 38_000);
  t.end();
});
