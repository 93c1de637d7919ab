import t from 'tap';
import { WallClock } from '../../tenancy/index.ts';
import { nextMonthly } from './next-month.ts';

const series = (from: string, timezone: string, count: number) => {
  const anchor = Date.parse(from);
  const times: string[] = [];
  let at = anchor;
  for (let n = 0; n < count; n += 1) {
    at = nextMonthly(anchor, at, new WallClock(timezone));
    times.push(new Date(at).toISOString());
  }
  return times;
};

t.test('the 31st renews on the last day of shorter months, and comes back to the 31st', async (t) => {
  t.same(series('2027-01-31T12:00:00Z', 'UTC', 4), [
    '2027-02-28T12:00:00.000Z',
    '2027-03-31T12:00:00.000Z',
    '2027-04-30T12:00:00.000Z',
    '2027-05-31T12:00:00.000Z',
  ]);
  t.equal(series('2028-01-31T12:00:00Z', 'UTC', 1)[0], '2028-02-29T12:00:00.000Z', 'in a leap year the 29th');
});

t.test('the hour on the wall stays the same when the clocks change', async (t) => {
  t.same(series('2027-03-15T23:30:00Z', 'Europe/Amsterdam', 2), [
    '2027-04-15T22:30:00.000Z',
    '2027-05-15T22:30:00.000Z',
  ]);
});

t.test('the day is the one of the time zone, not of UTC', async (t) => {
  // 31 January 00:30 in Auckland is 30 January in UTC.
  t.equal(series('2027-01-30T11:30:00Z', 'Pacific/Auckland', 1)[0], '2027-02-27T11:30:00.000Z');
});

t.test('a time that the clock skips renews within that hour', async (t) => {
  const [first] = series('2027-02-28T01:30:00Z', 'Europe/Amsterdam', 1);
  t.equal(first, '2027-03-28T00:30:00.000Z');
});

t.test('a year that was slept through ends at the next date, not at the first missed one', async (t) => {
  const next = nextMonthly(
    Date.parse('2027-01-10T00:00:00Z'),
    Date.parse('2028-03-10T00:00:00Z'),
    new WallClock('UTC'),
  );
  t.equal(new Date(next).toISOString(), '2028-04-10T00:00:00.000Z');
});
