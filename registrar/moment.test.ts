import t from 'tap';
import { register, registerRequest, testRegistrar } from './fixtures.ts';
import { Moment } from './moment.ts';

t.test('time stands still while it is held, and is asked for once', async (t) => {
  let [nowMs, asked] = [1000, 0];
  const moment = new Moment(() => {
    asked += 1;
    return nowMs;
  });
  t.equal(moment.nowMs(), 1000);
  moment.hold();
  nowMs = 2000;
  t.equal(moment.nowMs(), 1000);
  t.equal(moment.nowMs(), 1000);
  t.equal(asked, 2);
  moment.release();
  t.equal(moment.nowMs(), 2000);
});

t.test('time goes on after a request that failed', async (t) => {
  let fails = false;
  const test = testRegistrar({
    readiness: () => {
      if (fails) throw new Error('broken');
      return 'ready';
    },
  });
  register(test, { expires: 3600 });
  fails = true;
  t.throws(() => test.registrar.handle(registerRequest()), /broken/);
  t.throws(() => test.registrar.challenge('sip.didfarm.com', '192.0.2.1'), /broken/);
  t.equal(test.registrar.bindingsOf(7).length, 1);
  test.clock.nowMs += 3_601_000;
  t.equal(test.registrar.bindingsOf(7).length, 0, 'it has expired meanwhile');
});
