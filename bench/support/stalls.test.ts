import t from 'tap';
import { heldUpMs, joinStalls, readStalls } from './stalls.ts';

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

t.test('what lies in a stall, around some, or partly in one is held up for as long as they share', async (t) => {
  const joined = joinStalls(readStalls('10:20 50:60'));
  for (const [from, to, heldMs] of [
    [12, 15, 3],
    [5, 25, 10],
    [5, 11, 1],
    [19, 30, 1],
    [59, 100, 1],
    [15, 55, 10],
    [0, 1000, 20],
  ] as const)
    t.equal(heldUpMs(joined, from, to), heldMs, `${from} to ${to}`);
});

t.test('what lies before, between and behind the stalls is not held up', async (t) => {
  const joined = joinStalls(readStalls('10:20 50:60'));
  for (const [from, to] of [
    [0, 10],
    [20, 50],
    [30, 40],
    [60, 90],
  ] as const)
    t.equal(heldUpMs(joined, from, to), 0, `${from} to ${to}`);
  t.equal(heldUpMs([], 0, 1000), 0, 'on a machine that never stood still');
});
