import t from 'tap';
import { parse } from 'yaml';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, exportTenants, type PlanOptions, planTenants } from './index.ts';
import { parseTenantFile } from './parse-tenant-file.ts';
import { differences, EDITS, type File, firstFile, stored, textOf } from './test-edits.ts';

const TRUNKS = 10_000;
const ROUNDS = 1;
const OPERATOR: PlanOptions = { visible: null, actor: 'test', resolveSecret: () => undefined };

/** CPU of this process (ms): what the machine does besides does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

t.test('random edits of a file of 10,000 trunks: the plan is what apply does, and no more', async (t) => {
  const store = await openTestStore(t);
  const apply = (text: string) => applyTenants(store, text, 'file.yaml', OPERATOR);
  await apply(textOf(firstFile(1, TRUNKS)));
  const names = Object.keys(EDITS);
  for (let round = 0; round < ROUNDS; round += 1) {
    const file = { ...(parse(await exportTenants(store, null)) as File), prune: true };
    const [account] = file.accounts;
    if (account === undefined) throw new Error('the account is in the export');
    for (const [n, name] of names.entries())
      EDITS[name]?.(account, (n * 997 + round * 4001) % 9000, n + round * 20 + 1);
    const text = textOf(file);
    const before = await stored(store);
    const planned = await planTenants(store, text, 'file.yaml', OPERATOR);
    t.same(differences(before.trunks, (await stored(store)).trunks), 0, 'a plan changes nothing');
    const applied = await apply(text);
    t.equal(applied.text, planned.text);
    const after = await stored(store);
    const told = applied.changes.filter((change) => change.resource === 'trunk').length;
    t.ok(told > 2, `${told} trunks were edited`);
    t.equal(differences(before.trunks, after.trunks), told, 'every trunk that differs is told, and no other');
    t.equal(differences(before.destinations, after.destinations), applied.effects.rerouted);
    t.equal((await planTenants(store, text, 'file.yaml', OPERATOR)).text, 'no changes');
  }

  const file = parse(await exportTenants(store, null)) as File;
  const costs: number[] = [];
  for (let round = 1; round <= 4; round += 1) {
    EDITS.ceiling?.(file.accounts[0] as File['accounts'][number], round * 1000, round + 90);
    const text = textOf(file);
    const start = cpuMs();
    parseTenantFile(text, 'file.yaml');
    const parsed = cpuMs();
    t.equal((await apply(text)).changes.length, 1);
    costs.push(Math.round(cpuMs() - parsed - (parsed - start)));
  }
  // The least of them: now and then what parsing has left behind is collected meanwhile.
  t.ok(Math.min(...costs) < 600, `one edit, after parsing: ${costs.join(', ')} ms of CPU`);
});
