import t from 'tap';
import { register, type TestRegistrar, testRegistrar } from './fixtures.ts';

const HOUR_MS = 3_600_000;

/** Lets so many seconds pass; PBXes answer their probes, or not. */
function live(test: TestRegistrar, seconds: number, isAlive: boolean): number {
  let probes = 0;
  for (let second = 0; second < seconds; second += 1) {
    test.clock.advance(1);
    for (const probe of test.probes.splice(0)) {
      probes += 1;
      probe.done(isAlive ? { kind: 'response', status: 200, rttMs: 1 } : { kind: 'timeout' });
    }
  }
  return probes;
}

for (const stepMs of [-HOUR_MS, -24 * HOUR_MS]) {
  t.test(`a clock set back by ${-stepMs / HOUR_MS} h holds up neither probes, events, traces nor expiry`, async (t) => {
    const test = testRegistrar();
    register(test, { expires: 7200 });
    register(test, { password: 'x', callId: 'guess', sourceAddress: '192.0.2.9' });
    live(test, 100, true);
    test.clock.nowMs += stepMs;
    const probes = live(test, 180, true);
    t.ok(probes >= 2 && probes <= 4, `${probes} probes in three minutes`);
    live(test, 120, false);
    t.match(test.states.at(-1), { state: 'offline', cause: 'probe_failed' });
    t.match(register(test, { cseq: 9, expires: 60 }), { status: 200 }, 'a nonce made after the step is good');
    live(test, 61, true);
    t.match(test.registrar.registrationOf(7), { state: 'offline', reason: 'expired' });
    register(test, { password: 'x', callId: 'guess', sourceAddress: '192.0.2.9' });
    t.equal(test.failures.length, 2, 'a failure before and one after');
  });
}

t.test('a clock set ahead ends what has run out by it, and goes on from there', async (t) => {
  const test = testRegistrar();
  register(test, { expires: 600 });
  live(test, 30, true);
  test.clock.nowMs += HOUR_MS;
  live(test, 1, true);
  t.match(test.registrar.registrationOf(7), { state: 'offline', reason: 'expired' });
  t.match(register(test, { cseq: 9, expires: 600 }), { status: 200 });
  t.ok(live(test, 180, true) >= 2);
  test.clock.nowMs -= HOUR_MS;
  t.ok(live(test, 180, true) >= 2, 'set right again');
});
