import { once } from 'node:events';
import t from 'tap';
import { createFakeClock } from '../../sip-engine/index.ts';
import { createCallClock } from './system.ts';

t.test('what is planned for a call happens at its time, at most a twentieth of a second late', async (t) => {
  const time = createFakeClock();
  const clock = createCallClock(time);
  const startMs = clock.now();
  const lateMs = new Map<number, number>();
  for (const ms of [0, 1, 500, 60_000, 7_200_000]) clock.after(ms, () => lateMs.set(ms, clock.now() - startMs - ms));
  const stop = clock.after(60_000, () => t.fail('was stopped'));
  time.advance(30_000);
  stop();
  stop();
  time.advance(7_200_000);
  t.equal(lateMs.size, 5);
  for (const [ms, late] of lateMs) t.ok(late >= 0 && late <= 50, `${ms} ms came ${late} ms late`);
  t.equal(time.intervals, 0, 'without a plan nothing runs');
});

t.test('what a plan throws is uncaught, and no other plan is lost', async (t) => {
  const time = createFakeClock();
  const clock = createCallClock(time);
  let isRun = false;
  clock.after(10, () => {
    throw new Error('planned');
  });
  clock.after(10, () => {
    isRun = true;
  });
  const others = process.rawListeners('uncaughtException') as NodeJS.UncaughtExceptionListener[];
  process.removeAllListeners('uncaughtException');
  try {
    const uncaught = once(process, 'uncaughtException');
    time.advance(50);
    t.match(await uncaught, [{ message: 'planned' }]);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
  t.ok(isRun);
});
