import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { parse, stringify } from 'yaml';
import { EVERYTHING, listDids, listTrunks, openStore, type Store } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, exportTenants, type PlanOptions, planTenants } from './index.ts';

const OPERATOR: PlanOptions = { visible: null, actor: 'test', resolveSecret: () => undefined };
const ACCOUNTS = 3;
const TRUNKS = 5;

interface Trunk {
  name: string;
  renamed_from?: string;
  max_in?: number | null;
  notes?: string;
  [other: string]: unknown;
}

interface Account {
  readonly name: string;
  country?: string | null;
  trunks?: Trunk[];
  dids?: { number: string; destination?: object | null; notes?: string }[];
}

interface File {
  prune?: boolean;
  readonly accounts: Account[];
}

/** A few accounts with trunks, each with a number. */
function firstFile(): File {
  return {
    accounts: Array.from({ length: ACCOUNTS }, (_, a) => ({
      name: `Account ${a}`,
      trunks: Array.from({ length: TRUNKS }, (_, n) => ({ name: `Trunk ${n}`, auth_type: 'digest', max_in: n })),
      dids: Array.from({ length: TRUNKS }, (_, n) => ({
        number: `+3120${a}00000${n}`,
        destination: { trunk: `Trunk ${n}` },
      })),
    })),
  };
}

const textOf = (file: File) => stringify({ version: 1, ...file });

/** What a person does to a file, at a random place. */
const EDITS: Readonly<Record<string, (account: Account, at: number, value: number) => void>> = {
  ceiling: ({ trunks = [] }, at, value) => {
    const trunk = trunks[at % trunks.length];
    if (trunk !== undefined) trunk.max_in = value === 0 ? null : value;
  },
  notes: ({ trunks = [] }, at, value) => {
    const trunk = trunks[at % trunks.length];
    if (trunk !== undefined) trunk.notes = `note ${value}`;
  },
  country: (account, _at, value) => {
    account.country = value % 2 === 0 ? 'NL' : null;
  },
  rename: (account, at, value) => {
    const trunk = account.trunks?.[at % account.trunks.length];
    if (trunk === undefined || trunk.renamed_from !== undefined) return;
    const was = trunk.name;
    trunk.renamed_from = was;
    trunk.name = `Renamed ${value} ${was}`;
    for (const did of account.dids ?? []) {
      if ((did.destination as { trunk?: string } | null)?.trunk === was) did.destination = { trunk: trunk.name };
    }
  },
  add: (account, _at, value) => {
    const name = `New ${value}`;
    if (account.trunks?.some((trunk) => trunk.name === name) === true) return;
    account.trunks = [...(account.trunks ?? []), { name, auth_type: 'digest' }];
  },
  remove: (account, at) => {
    const trunk = account.trunks?.[at % account.trunks.length];
    if (trunk === undefined) return;
    account.trunks = account.trunks?.filter((other) => other !== trunk) ?? [];
    for (const did of account.dids ?? []) {
      if ((did.destination as { trunk?: string } | null)?.trunk === trunk.name) did.destination = null;
    }
  },
  reroute: (account, at, value) => {
    const did = account.dids?.[at % account.dids.length];
    const trunk = account.trunks?.[value % account.trunks.length];
    if (did !== undefined) did.destination = trunk === undefined ? { reject: true } : { trunk: trunk.name };
  },
  release: (account, at) => {
    account.dids = account.dids?.filter((_, index) => index !== at) ?? [];
  },
};

const EDIT = fc.record({
  what: fc.constantFrom(...Object.keys(EDITS)),
  account: fc.nat(ACCOUNTS - 1),
  at: fc.nat(TRUNKS - 1),
  value: fc.nat(9),
});

/** Trunks and numbers as they are stored, without stamps. */
async function stored(store: Store) {
  const trunks = (await listTrunks(store, {}, EVERYTHING, null)).rows;
  const dids = (await listDids(store, {}, EVERYTHING, null)).rows;
  return {
    trunks: new Map(
      trunks.map(({ id, name, maxIn, notes, country }) => [id, JSON.stringify([name, maxIn, notes, country])]),
    ),
    destinations: new Map(dids.map(({ id, destination }) => [id, JSON.stringify(destination)])),
  };
}

/** How many keys of either side have another value, or none, on the other. */
function differences(before: ReadonlyMap<number, string>, after: ReadonlyMap<number, string>): number {
  return [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id)).length;
}

t.test('whatever is edited, the plan is what apply does, and the second plan is empty', async (t) => {
  const store = await openTestStore(t);
  const plan = (text: string) => planTenants(store, text, 'file.yaml', OPERATOR);
  const apply = (text: string) => applyTenants(store, text, 'file.yaml', OPERATOR);
  await apply(textOf(firstFile()));
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
