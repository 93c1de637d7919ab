import t from 'tap';
import { createFakeClock } from './fake-clock.ts';
import type { WheelTimer } from './timer-list.ts';
import { createTimingWheel } from './timing-wheel.ts';

t.test('a timer fires at its time, never before', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  // One of each level, on and around the turns of the wheel, and one beyond its reach (12 days).
  const delays = [0, 1, 10, 2550, 2560, 2570, 32_000, 163_840, 7_200_000, 40_000_000, 1_036_800_000];
  const fired = new Map<number, number>();
  for (const delay of delays) wheel.after(delay, () => fired.set(delay, clock.nowMs()));
  t.equal(wheel.size, delays.length);
  clock.advance(41_000_000);
  for (const delay of delays.slice(0, -1)) {
    const at = fired.get(delay) ?? -1;
    t.ok(at >= delay && at <= delay + 10, `${delay} ms fired at ${at}`);
  }
  t.notOk(fired.has(1_036_800_000));
  t.equal(wheel.size, 1);
  t.end();
});

t.test('a timer beyond the reach of the wheel waits its turn', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock, levels: 2 });
  const reachMs = 256 * 64 * 10;
  let at = -1;
  wheel.after(3 * reachMs + 5000, () => {
    at = clock.nowMs();
  });
  clock.advance(3 * reachMs - 1000);
  t.equal(at, -1);
  clock.advance(6000);
  t.equal(at, 3 * reachMs + 5000);
  t.end();
});

t.test('an idle wheel has no interval and starts again where time is', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  t.equal(clock.intervals, 0);
  const timer = wheel.after(50, () => t.fail('was cancelled'));
  t.equal(clock.intervals, 1);
  timer.cancel();
  timer.cancel();
  t.equal(wheel.size, 0);
  clock.advance(10);
  t.equal(clock.intervals, 0, 'the next tick finds nothing to do and stops');
  clock.advance(3_600_000);
  let at = -1;
  wheel.after(100, () => {
    at = clock.nowMs();
  });
  clock.advance(110);
  t.ok(at >= 3_600_110 && at <= 3_600_120);
  t.equal(clock.intervals, 0);
  t.end();
});

t.test('callbacks may arm and cancel other timers of the same tick', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  const seen: string[] = [];
  wheel.after(20, () => {
    seen.push('first');
    second.cancel();
    wheel.after(0, () => seen.push('third'));
  });
  const second = wheel.after(20, () => seen.push('second'));
  clock.advance(20);
  t.same(seen, ['first']);
  clock.advance(10);
  t.same(seen, ['first', 'third']);
  t.equal(wheel.size, 0);
  t.end();
});

t.test('a timer that has fired or was cancelled holds nothing of what it was for', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  let fired = 0;
  const run = () => void fired++;
  const timers = [wheel.after(10, run), wheel.after(20, run)] as WheelTimer[];
  t.ok(timers.every((timer) => timer.run === run));
  timers[1]?.cancel();
  clock.advance(30);
  t.equal(fired, 1);
  t.notOk(timers.some((timer) => timer.run === run));
  t.end();
});

t.test('what one callback throws stops no other', (t) => {
  const clock = createFakeClock();
  const errors: unknown[] = [];
  const wheel = createTimingWheel({ clock, onError: (error) => errors.push(error) });
  let fired = 0;
  wheel.after(10, () => {
    throw new Error('first');
  });
  wheel.after(10, () => fired++);
  clock.advance(10);
  t.equal(fired, 1);
  t.match(errors, [{ message: 'first' }]);
  t.end();
});

t.test('a closed wheel fires nothing any more', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  wheel.after(10, () => t.fail('closed'));
  wheel.close();
  const late = wheel.after(10, () => t.fail('closed'));
  t.notOk(late.armed);
  t.equal(wheel.size, 0);
  t.equal(clock.intervals, 0);
  clock.advance(100);
  t.end();
});

t.test('100,000 timers are armed, cancelled and fired in the order of their time', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  let last = 0;
  let fired = 0;
  const timers = Array.from({ length: 100_000 }, (_, i) => {
    const delay = (i * 7919) % 40_000;
    return wheel.after(delay, () => {
      fired++;
      const tick = Math.ceil(delay / 10);
      if (tick < last) t.fail(`tick ${tick} after ${last}`);
      last = tick;
    });
  });
  for (const timer of timers.filter((_, i) => i % 2 === 0)) timer.cancel();
  t.equal(wheel.size, 50_000);
  clock.advance(40_010);
  t.equal(fired, 50_000);
  t.equal(wheel.size, 0);
  t.end();
});

/** A wheel whose turns the test makes: it sets the time, then calls `turn`. */
function wheelByTurns(tickMs?: number) {
  const time = { nowMs: 0 };
  let tick: () => void = () => undefined;
  const every = (_ms: number, run: () => void) => {
    tick = run;
    return () => undefined;
  };
  const clock = { nowMs: () => time.nowMs, wallMs: () => time.nowMs, every };
  const wheel = createTimingWheel({ clock, ...(tickMs !== undefined && { tickMs }) });
  return { wheel, time, turn: () => tick() };
}

t.test('after a stall of the process time is caught up in slices, so that sockets are read in between', (t) => {
  const { wheel, time, turn } = wheelByTurns();
  let fired = false;
  const silence = wheel.after(4000, () => {
    fired = true;
  });
  wheel.after(90, () => undefined);
  time.nowMs = 5000;
  turn();
  t.equal(wheel.size, 1, 'what was due first has fired');
  t.notOk(fired, 'the answer that came during the stall can still be read');
  for (let turns = 1; turns < 39; turns++) turn();
  t.ok(silence.armed);
  turn();
  t.ok(fired, 'nothing came in 40 turns either');
  t.end();
});

t.test('a wheel of long ticks has caught up with a stall soon, too', (t) => {
  const { wheel, time, turn } = wheelByTurns(50);
  let firedMs = -1;
  wheel.after(4000, () => {
    firedMs = time.nowMs;
  });
  for (time.nowMs = 5000; firedMs < 0; time.nowMs += 50) turn();
  t.ok(firedMs <= 5500, `${firedMs}`);
  t.end();
});

t.test('however long turns are, a timer is late by some of them, not by as much as all have taken', (t) => {
  const { wheel, time, turn } = wheelByTurns();
  const dueMs = 600_000;
  const turnMs = 200;
  let lateMs = -1;
  wheel.after(dueMs, () => {
    lateMs = time.nowMs - dueMs;
  });
  for (; lateMs < 0; time.nowMs += turnMs) turn();
  t.ok(lateMs <= 50 * turnMs, `${lateMs}`);
  t.end();
});
