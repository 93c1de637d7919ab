import t from 'tap';
import { isDisturbed, joinStalls, readStalls } from './stalls.ts';

t.test('what a witness writes is read', async (t) => {
  t.same(readStalls('1000.25:1003.50 2000.00:2001.75'), [
    { fromMs: 1000.25, toMs: 1003.5 },
    { fromMs: 2000, toMs: 2001.75 },
  ]);
  t.same(readStalls(''), []);
  t.same(readStalls(undefined), []);
});

t.test('stalls of two cores that overlap are one, in whatever order they are told', async (t) => {
  const stalls = readStalls('50:60 10:20 15:30 52:53');
  t.same(joinStalls(stalls), readStalls('10:30 50:60'));
});

t.test('what lies in a stall, around one, or partly in one is disturbed', async (t) => {
  const joined = joinStalls(readStalls('10:20 50:60'));
  for (const [from, to] of [
    [12, 15],
    [5, 25],
    [5, 11],
    [19, 30],
    [59, 100],
    [0, 1000],
  ] as const)
    t.ok(isDisturbed(joined, from, to), `${from} to ${to}`);
});

t.test('what lies before, between and behind the stalls is not', async (t) => {
  const joined = joinStalls(readStalls('10:20 50:60'));
  for (const [from, to] of [
    [0, 10],
    [20, 50],
    [30, 40],
    [60, 90],
  ] as const)
    t.notOk(isDisturbed(joined, from, to), `${from} to ${to}`);
  t.notOk(isDisturbed([], 0, 1000), 'on a machine that never stood still');
});
