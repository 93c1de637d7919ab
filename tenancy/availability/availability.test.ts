import t from 'tap';
import type { SipEvent, TrunkTransition } from '../../bus/index.ts';
import { applyRetention, saveSipEvents } from '../journal/index.ts';
import { handClock, openTestStore } from '../store/test-store.ts';
import { periodsOf } from './calendar.ts';
import { beginRun, keepRun, localDate, percentOf, readAvailability } from './index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TRUNK = 7;

/** A store whose server runs from the first moment of that day (UTC) on. */
async function open(t: Parameters<typeof openTestStore>[0], startMs: number) {
  const clock = handClock(startMs);
  const store = await openTestStore(t, clock);
  let run = await beginRun(store);
  return {
    store,
    clock,
    /** The clock goes on while the server runs. */
    async live(ms: number) {
      clock.advance(ms);
      await keepRun(store, run);
    },
    /** The server is killed now and starts again so much later. */
    async down(ms: number) {
      clock.advance(ms);
      run = await beginRun(store);
    },
    async turn(state: TrunkTransition['state'], cause: TrunkTransition['cause'] = null, trunkId = TRUNK) {
      const transition = { trunkId, accountId: 1, state, atMs: clock.nowMs(), cause };
      const events: readonly SipEvent[] = [{ kind: 'trunk_transition', transition }];
      await saveSipEvents(store, events);
    },
    async read(unit: 'day' | 'month', from: string, to: string, timezone = 'UTC') {
      const rows = await readAvailability(store, TRUNK, { unit, from, to, timezone });
      return rows.map((row) => [row.period.name, row.registeredMs / HOUR_MS, row.offlineMs / HOUR_MS, row.outages]);
    },
  };
}

t.test('hours registered and offline by day, from the first registration up to now', async (t) => {
  const { live, turn, read } = await open(t, Date.UTC(2026, 10, 20));
  await live(6 * HOUR_MS);
  await turn('registered');
  await live(12 * HOUR_MS);
  await turn('offline', 'expired');
  await live(12 * HOUR_MS);
  await turn('registered');
  await live(HOUR_MS);
  t.strictSame(await read('day', '2026-11-19', '2026-11-22'), [
    ['2026-11-19', 0, 0, 0],
    ['2026-11-20', 12, 6, 1],
    ['2026-11-21', 1, 6, 0],
    ['2026-11-22', 0, 0, 0],
  ]);
  t.strictSame(await read('month', '2026-11-05', '2026-11-30'), [['2026-11', 13, 12, 1]]);
});

t.test('why it was offline is told apart, and 100 % means always', async (t) => {
  const { store, live, turn } = await open(t, Date.UTC(2026, 10, 20));
  await turn('registered');
  await live(HOUR_MS);
  await turn('offline', 'expired');
  await turn('registered');
  await live(10 * HOUR_MS);
  await turn('offline', 'probe_failed');
  await live(1);
  await turn('offline', 'flow_closed');
  await live(9);
  const query = { unit: 'day', from: '2026-11-20', to: '2026-11-21', timezone: 'UTC' } as const;
  const [day, next] = await readAvailability(store, TRUNK, query);
  t.match(day, { outages: 1, offlineMsByCause: { probe_failed: 1, flow_closed: 9 } });
  t.equal(day && percentOf(day), 99.999);
  t.equal(next && percentOf(next), null, 'nothing was seen');
});

t.test('while the server was down nobody saw the trunk: the time counts as neither', async (t) => {
  const { live, down, turn, read } = await open(t, Date.UTC(2026, 10, 20));
  await turn('registered');
  await live(4 * HOUR_MS);
  await down(10 * HOUR_MS);
  t.strictSame(await read('day', '2026-11-20', '2026-11-20'), [['2026-11-20', 4, 0, 0]]);
  await live(HOUR_MS);
  await turn('offline', 'expired');
  await live(2 * HOUR_MS);
  t.strictSame(await read('day', '2026-11-20', '2026-11-20'), [['2026-11-20', 5, 2, 1]]);
});

t.test('days begin and end at midnight of the time zone, on days of 23, 25 and 24.5 hours as well', async (t) => {
  const cases = [
    ['Europe/Amsterdam', Date.UTC(2026, 2, 28, 23), '2026-03-29', 23],
    ['Europe/Amsterdam', Date.UTC(2026, 9, 24, 22), '2026-10-25', 25],
    ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 13), '2026-04-05', 24.5],
    ['Asia/Kolkata', Date.UTC(2026, 10, 19, 18, 30), '2026-11-20', 24],
    ['America/Los_Angeles', Date.UTC(2026, 10, 20, 8), '2026-11-20', 24],
  ] as const;
  for (const [timezone, startMs, date, hours] of cases) {
    const { live, turn, read } = await open(t, startMs);
    await turn('registered');
    await live(30 * HOUR_MS);
    t.strictSame(await read('day', date, date, timezone), [[date, hours, 0, 0]], timezone);
    t.equal(localDate(startMs, timezone), date);
    t.not(localDate(startMs - 1, timezone), date);
  }
});

t.test('periods follow each other without a gap, over the ends of months and years, and are bounded', async (t) => {
  for (const unit of ['day', 'month'] as const) {
    const periods = periodsOf({ unit, from: '2023-12-30', to: '2024-03-01', timezone: 'America/Sao_Paulo' });
    t.equal(periods.length, unit === 'day' ? 63 : 4);
    for (const [index, period] of periods.entries())
      if (index > 0) t.equal(period.fromMs, periods[index - 1]?.untilMs, period.name);
  }
  const long = periodsOf({ unit: 'day', from: '2000-01-01', to: '2026-11-20', timezone: 'UTC' });
  t.match([long.length, long.at(-1)?.name], [400, '2026-11-20']);
  t.equal(localDate(Date.UTC(2026, 0, 15), 'UTC', { months: 2, days: 1 }), '2025-11-14');
});

t.test('two changes in one millisecond leave the last, and other trunks are not mixed in', async (t) => {
  const { live, turn, read } = await open(t, Date.UTC(2026, 10, 20));
  await turn('offline', 'expired');
  await turn('registered');
  await turn('offline', 'expired', TRUNK + 1);
  await live(2 * HOUR_MS);
  t.strictSame(await read('day', '2026-11-20', '2026-11-20'), [['2026-11-20', 2, 0, 0]]);
});

t.test('old changes are forgotten, but not the one that says how the rest began', async (t) => {
  const { store, live, turn, read } = await open(t, Date.UTC(2026, 0, 1));
  await turn('registered');
  await live(DAY_MS);
  await turn('offline', 'expired');
  await live(DAY_MS);
  await turn('registered');
  await live(60 * DAY_MS);
  t.equal((await applyRetention(store, { availabilityDays: 30 })).transitions, 2);
  t.strictSame(await read('day', '2026-03-01', '2026-03-01'), [['2026-03-01', 24, 0, 0]]);
});
