import t from 'tap';
import { KillWorld } from '../../tenancy/plan/test-kill.ts';

const TRUNKS = Number(process.env.TEST_TRUNKS ?? 10_000);
/** How many moments of an apply it is killed at, evenly spaced over what a whole one takes and a tenth more. */
const MOMENTS = Number(process.env.TEST_MOMENTS ?? 60);

t.setTimeout(3_600_000);
t.test(`an apply to ${TRUNKS} trunks, killed at ${MOMENTS} moments, is all or nothing`, async (t) => {
  const world = new KillWorld(t.testdir(), TRUNKS);
  await world.fill(0);
  const whole = await world.kill(1, 3_600_000);
  t.same([whole.wasKilled, whole.ceilings], [false, [1]]);
  let stored: number | null = 1;
  let killed = 0;
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    const wanted = moment + 2;
    const afterMs = (whole.tookMs * 1.1 * moment) / (MOMENTS - 1);
    const { wasKilled, ceilings } = await world.kill(wanted, afterMs);
    const [ceiling = -1] = ceilings;
    const what = ceiling === wanted ? 'all' : 'nothing';
    t.equal(ceilings.length, 1, `${wasKilled ? 'killed' : 'ended'} by ${Math.round(afterMs)} ms: ${what}`);
    t.ok(ceiling === wanted || (wasKilled && ceiling === stored), 'what was asked for, or what was there');
    if (wasKilled) killed += 1;
    stored = ceiling;
  }
  t.ok(killed >= MOMENTS / 2, `${killed} of ${MOMENTS} were killed at work; a whole one takes ${whole.tookMs} ms`);
});
