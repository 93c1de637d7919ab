import t from 'tap';
import { parse } from 'yaml';
import { fc } from '../../sip-engine/testing-properties.ts';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, exportTenants, planTenants } from './index.ts';
import { differences, EDITS, type File, firstFile, stored, textOf } from './test-edits.ts';
import { KillWorld, OPERATOR } from './test-kill.ts';

const ACCOUNTS = 3;
const TRUNKS = 5;

const EDIT = fc.record({
  what: fc.constantFrom(...Object.keys(EDITS)),
  account: fc.nat(ACCOUNTS - 1),
  at: fc.nat(TRUNKS - 1),
  value: fc.nat(9),
});

t.test('whatever is edited, the plan is what apply does, and the second plan is empty', async (t) => {
  const store = await openTestStore(t);
  const plan = (text: string) => planTenants(store, text, 'file.yaml', OPERATOR);
  const apply = (text: string) => applyTenants(store, text, 'file.yaml', OPERATOR);
  await apply(textOf(firstFile(ACCOUNTS, TRUNKS)));
  await fc.assert(
    fc.asyncProperty(fc.array(EDIT, { minLength: 1, maxLength: 6 }), async (edits) => {
      const file = { ...(parse(await exportTenants(store, null)) as File), prune: true };
      for (const { what, account, at, value } of edits) {
        const chosen = file.accounts[account];
        if (chosen !== undefined) EDITS[what]?.(chosen, at, value);
      }
      const text = textOf(file);
      const before = await stored(store);
      const planned = await plan(text);
      t.same(await stored(store), before, 'a plan changes nothing');
      const applied = await apply(text);
      t.equal(applied.text, planned.text);
      t.same(applied.effects, planned.effects);
      t.same(
        applied.changes.map(({ id, ...change }) => change),
        planned.changes.map(({ id, ...change }) => change),
      );
      const after = await stored(store);
      const told = applied.changes.filter((change) => change.resource === 'trunk').length;
      t.equal(differences(before.trunks, after.trunks), told, 'every trunk that differs is told, and no other');
      t.equal(differences(before.destinations, after.destinations), applied.effects.rerouted, 'so is every number');
      t.equal((await plan(text)).text, 'no changes');
      t.equal((await plan(await exportTenants(store, null))).text, 'no changes');
    }),
    { numRuns: 15 },
  );
});

t.test('apply is all or nothing, wherever it is killed', async (t) => {
  const world = new KillWorld(t.testdir(), 400);
  await world.fill(0);
  // The points at which others have their turn: after each hundred, and after the last, before what follows it.
  for (const done of [100, 200, 300, 400]) {
    const { wasKilled, ceilings } = await world.killAt(done, done);
    t.same([wasKilled, ceilings], [true, [0]], `killed with ${done} of 400 done: nothing`);
  }
  // At the commit and just behind it, wherever that is: all or nothing.
  const whole = await world.kill(1, 600_000);
  t.same([whole.wasKilled, whole.ceilings], [false, [1]], 'one that ended has done it');
  for (const part of [0.9, 0.97]) {
    const { ceilings } = await world.kill(2, whole.tookMs * part);
    t.equal(ceilings.length, 1, `killed after ${part} of the time: ${ceilings.join(', ')}`);
  }
});
