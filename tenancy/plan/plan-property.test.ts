import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { parse } from 'yaml';
import { EVERYTHING, listTrunks, openStore } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, exportTenants, type PlanOptions, planTenants } from './index.ts';
import { differences, EDITS, type File, firstFile, stored, textOf } from './test-edits.ts';

const OPERATOR: PlanOptions = { visible: null, actor: 'test', resolveSecret: () => undefined };
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

const FACE = JSON.stringify(join(import.meta.dirname, '..', 'index.ts'));
const MANY = 200;

/** Applies a file and ends; `.` is written when the work begins. */
function applier(database: string, file: string): string {
  return `
    import { readFileSync } from 'node:fs';
    import { applyTenants, openStore } from ${FACE};
    const store = await openStore({ file: ${JSON.stringify(database)}, secretKey: Buffer.alloc(32) });
    const text = readFileSync(${JSON.stringify(file)}, 'utf8');
    process.stdout.write('.');
    await applyTenants(store, text, 'file.yaml', { visible: null, actor: 'test', resolveSecret: () => undefined });
    await store.close();`;
}

t.test('apply is all or nothing, whenever it is killed', async (t) => {
  const dir = t.testdir();
  const [database, file] = [join(dir, 'didfarm.db'), join(dir, 'file.yaml')];
  const open = () => openStore({ file: database, secretKey: Buffer.alloc(32) });
  const fileOf = (maxIn: number) =>
    textOf({
      accounts: [
        { name: 'Many', trunks: Array.from({ length: MANY }, (_, n) => ({ name: `Trunk ${n}`, max_in: maxIn })) },
      ],
    });
  const first = await open();
  await applyTenants(first, fileOf(0), 'file.yaml', OPERATOR);
  await first.close();
  for (const [round, afterMs] of [0, 40, 90, 10_000].entries()) {
    writeFileSync(file, fileOf(round + 1));
    const child = spawn(process.execPath, ['--input-type=module', '-e', applier(database, file)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    await once(child, 'close');
    clearTimeout(timer);
    const store = await open();
    const ceilings = new Set((await listTrunks(store, {}, EVERYTHING, null)).rows.map((trunk) => trunk.maxIn));
    t.equal(ceilings.size, 1, `killed after ${afterMs} ms: ${[...ceilings].join(', ')}`);
    if (child.signalCode === null) t.ok(ceilings.has(round + 1), 'one that ended has done it');
    await store.close();
  }
});
