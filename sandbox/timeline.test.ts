import t from 'tap';
import { type DueWork, Timeline } from './timeline.ts';
import { VirtualClock } from './virtual-clock.ts';

const START = Date.UTC(2026, 0, 1);
const LIMITS = { budgetMs: 60_000 };

/** Work that is due at those moments (ms after the start), once each. */
function planned(name: string, clock: VirtualClock, dues: number[], log: string[]): DueWork {
  return {
    name,
    nextDueMs: async () => (dues[0] === undefined ? undefined : START + dues[0]),
    run: async () => {
      while (dues[0] !== undefined && START + dues[0] <= clock.nowMs()) {
        dues.shift();
        log.push(`${name} ${clock.nowMs() - START}`);
      }
    },
  };
}

t.test('work is done in the order in which it is due, with the clock at that time', async (t) => {
  const clock = new VirtualClock(() => START);
  const log: string[] = [];
  const works = [planned('a', clock, [5, 20, 20], log), planned('b', clock, [1, 20, 90], log)];
  const timeline = new Timeline(clock, works);
  t.same(await timeline.next(), { work: 'b', atMs: START + 1 });
  t.same(await timeline.runUntil(START + 50, LIMITS), { reached: true, work: { a: 2, b: 2 } });
  t.same(log, ['b 1', 'a 5', 'a 20', 'a 20', 'b 20']);
  t.equal(clock.nowMs(), START + 50);
  t.same(await timeline.next(), { work: 'b', atMs: START + 90 });
});

t.test('what one work causes at a moment is done at that moment by a later one', async (t) => {
  const clock = new VirtualClock(() => START);
  const log: string[] = [];
  const caused: number[] = [];
  const cause = planned('cause', clock, [10], log);
  const works = [
    { ...cause, run: () => cause.run().then(() => caused.push(10)) },
    planned('effect', clock, caused, log),
  ];
  const due = new Timeline(clock, works);
  await due.runUntil(START + 10, LIMITS);
  t.same(log, ['cause 10', 'effect 10']);
});

t.test('work that stays due waits ever longer, up to an hour, and holds nothing else up', async (t) => {
  const clock = new VirtualClock(() => START);
  const times: number[] = [];
  const stuck: DueWork = {
    name: 'stuck',
    nextDueMs: async () => START,
    run: async () => times.push((clock.nowMs() - START) / 1000),
  };
  const timeline = new Timeline(clock, [stuck]);
  await timeline.runUntil(START + 20_000_000, LIMITS);
  t.same(times.slice(0, 5), [0, 1, 3, 7, 15]);
  t.equal((times.at(-1) ?? 0) - (times.at(-2) ?? 0), 3600);
});

t.test('a run that takes too long stops at a moment, and goes on from there', async (t) => {
  const clock = new VirtualClock(() => START);
  const log: string[] = [];
  let elapsed = 0;
  const slow = planned('slow', clock, [1, 2, 3], log);
  const run = async () => {
    await slow.run();
    elapsed += 10;
  };
  const works = [{ ...slow, run }];
  const timeline = new Timeline(clock, works);
  const limits = { budgetMs: 15, elapsedMs: () => elapsed };
  t.same(await timeline.runUntil(START + 9, limits), { reached: false, work: { slow: 2 } });
  t.equal(clock.nowMs(), START + 2);
  t.same(await timeline.runUntil(START + 9, limits), { reached: true, work: { slow: 1 } });
  t.equal(clock.nowMs(), START + 9);
});

t.test('the clock of a world runs as real time does, never back, and stands when it is told to', (t) => {
  let real = START;
  const clock = new VirtualClock(() => real);
  clock.pin(START + 1000);
  real += 300;
  t.equal(clock.nowMs(), START + 1000, 'pinned');
  clock.release('here');
  real += 5;
  t.equal(clock.nowMs(), START + 1005);
  t.equal(clock.aheadMs, 700);
  clock.pin(START);
  t.equal(clock.nowMs(), START + 1005, 'never back');
  real += 50;
  clock.release('running');
  t.equal(clock.nowMs(), START + 1055, 'as if it had never stood');
  clock.resume(START + 100, 700);
  t.equal(clock.nowMs(), START + 100, 'where it was left');
  t.equal(clock.runningMs, START + 1055);
  t.end();
});
