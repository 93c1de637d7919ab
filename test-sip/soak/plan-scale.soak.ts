import t from 'tap';
import { parse } from 'yaml';
import { applyTenants, exportTenants, type PlanOptions, planTenants } from '../../tenancy/index.ts';
import { differences, EDITS, type File, firstFile, stored, textOf } from '../../tenancy/plan/test-edits.ts';
import { openTestStore } from '../../tenancy/store/test-store.ts';

const TRUNKS = Number(process.env.TEST_TRUNKS ?? 10_000);
const ROUNDS = Number(process.env.TEST_ROUNDS ?? 3);
const OPERATOR: PlanOptions = { visible: null, actor: 'test', resolveSecret: () => undefined };

t.setTimeout(3_600_000);
t.test(`random edits of a file of ${TRUNKS} trunks: the plan is what apply does, and no more`, async (t) => {
  const store = await openTestStore(t);
  const plan = (text: string) => planTenants(store, text, 'file.yaml', OPERATOR);
  const apply = (text: string) => applyTenants(store, text, 'file.yaml', OPERATOR);
  await apply(textOf(firstFile(1, TRUNKS)));
  const names = Object.keys(EDITS);
  for (let round = 0; round < ROUNDS; round += 1) {
    const file = { ...(parse(await exportTenants(store, null)) as File), prune: true };
    const [account] = file.accounts;
    if (account === undefined) throw new Error('the account is in the export');
    const place = () => Math.floor(Math.random() * TRUNKS * 0.9);
    const edited = names.map((name, n) => [name, place(), n + round * 20 + 1] as const);
    for (const [name, at, value] of edited) EDITS[name]?.(account, at, value);
    t.comment(JSON.stringify(edited));
    const text = textOf(file);
    const before = await stored(store);
    const planned = await plan(text);
    const between = await stored(store);
    t.equal(differences(before.trunks, between.trunks), 0, 'a plan changes nothing');
    t.equal(differences(before.destinations, between.destinations), 0);
    const applied = await apply(text);
    t.equal(applied.text, planned.text);
    const after = await stored(store);
    const told = applied.changes.filter((change) => change.resource === 'trunk').length;
    t.ok(told > 2, `${told} trunks were edited`);
    t.equal(differences(before.trunks, after.trunks), told, 'every trunk that differs is told, and no other');
    t.equal(differences(before.destinations, after.destinations), applied.effects.rerouted);
    t.equal((await plan(text)).text, 'no changes');
  }
});
