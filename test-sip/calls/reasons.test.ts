import t from 'tap';
import { REASONS, reasonEntry } from '../../telemetry/index.ts';
import { CALL_CASES } from './matrix/call-cases.ts';
import { MESSAGE_CASES } from './matrix/message-cases.ts';
import { REGISTER_CASES } from './matrix/register-cases.ts';

const CASES = [...REGISTER_CASES, ...CALL_CASES, ...MESSAGE_CASES];

t.test('every reason of the catalogue is reached by the code that decides, with its own result', async (t) => {
  const reached = new Set<string>();
  for (const { kind, reason, create, prepare, run } of CASES) {
    const world = create();
    await prepare?.(world);
    await run(world);
    const last = world.reached().at(-1);
    t.equal(last, `${reasonEntry(reason).result} ${reason}`, `${kind} ${reason}`);
    if (last !== undefined) reached.add(last);
  }
  const all = Object.entries(REASONS).map(([reason, { result }]) => `${result} ${reason}`);
  const missing = all.filter((entry) => !reached.has(entry)).map((entry) => entry.split(' ')[1]);
  t.strictSame(missing, [], 'no reason is without a way to it');
});

t.test('the simulator says of each call what then becomes of it, and takes nothing', async (t) => {
  let compared = 0;
  for (const { reason, explain, explained = reason, create, prepare, run } of CASES) {
    if (explain === undefined) continue;
    const world = create();
    await prepare?.(world);
    const before = world.router.leases().length;
    const answer = world.explain(explain);
    t.equal(answer.reason, explained, `${reason}: ${answer.sentence}`);
    t.equal(answer.result, reasonEntry(explained).result);
    t.equal(world.router.leases().length, before);
    await run(world);
    t.equal(world.reached().at(-1)?.split(' ')[1], reason, `${reason} in reality, after it was asked for`);
    compared += 1;
  }
  t.ok(compared > 40, `${compared} cases`);
});
