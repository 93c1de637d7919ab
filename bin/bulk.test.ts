import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runHere } from './test-run.ts';

/** A command as a person at a terminal sees it. */
const run = (args: readonly string[], dir: string) => runHere(args, { DIDFARM_DATA_DIR: join(dir, 'data') }, true);

/** How often the bar was drawn with something done and something left, and whether it ended full. */
function drawn(err: string, label: string) {
  const bars = [...err.matchAll(new RegExp(`\\r${label} \\[([#.]{30})\\] (\\d+)/(\\d+)`, 'g'))];
  const last = bars.at(-1);
  return { moves: new Set(bars.map(([, , done]) => done)).size, full: last !== undefined && last[2] === last[3] };
}

t.test('plan and apply of a long file draw how far they are, and only for a person', async (t) => {
  const dir = t.testdir();
  const file = join(dir, 'tenants.yaml');
  const trunks = Array.from({ length: 1500 }, (_, n) => `      - { name: PBX ${n} }`).join('\n');
  writeFileSync(file, `version: 1\naccounts:\n  - name: Big\n    trunks:\n${trunks}\n`);
  const applied = await run(['apply', file, '--yes'], dir);
  t.equal(applied.code, 0);
  t.match(applied.out, /applied: 1501 changes/);
  for (const label of ['planning', 'applying']) {
    const { moves, full } = drawn(applied.err, label);
    t.ok(moves > 1, `${label}: ${moves} moves`);
    t.ok(full, `${label} ends full`);
  }
});

t.test('trunks are imported with a dry run, a bar, faults by line and passwords, and exported again', async (t) => {
  const dir = t.testdir();
  const file = join(dir, 'trunks.csv');
  await run(['accounts', 'create', 'Acme'], dir);
  const lines = Array.from({ length: 200 }, (_, n) => `PBX ${n},Acme,${n}`);
  writeFileSync(file, `name,account,max_in\n${lines.join('\n')}\nPBX 0,Acme,1\n`);
  const tried = await run(['trunks', 'import', file, '--dry-run'], dir);
  t.equal(tried.code, 1);
  t.match(tried.out, /^200 would be created, 0 would be changed, 0 unchanged, 1 at fault\n/);
  t.match(tried.out, /^201 +202 +name: \S+ has that name/m);
  t.match(drawn(tried.err, 'trying'), { full: true });
  const done = await run(['trunks', 'import', file], dir);
  t.match(done.out, /^200 created, .* 1 at fault[\s\S]*New passwords, shown once:[\s\S]*PBX 199/);
  t.match(drawn(done.err, 'importing'), { full: true });
  const exported = await run(['trunks', 'export'], dir);
  t.equal(exported.out.trim().split('\n').length, 201);
  writeFileSync(file, exported.out);
  const again = await run(['trunks', 'import', file, '--on-existing', 'update'], dir);
  t.match(again, { code: 0, out: '0 created, 0 changed, 200 unchanged, 0 at fault\n' });
  const json = join(dir, 'trunks.json');
  writeFileSync(json, (await run(['trunks', 'export', '--format', 'json'], dir)).out);
  t.equal(JSON.parse(readFileSync(json, 'utf8')).rows.length, 200);
  t.match(await run(['trunks', 'import', json, '--on-existing', 'skip'], dir), { code: 0, out: /200 unchanged/ });
  t.match(await run(['trunks', 'import', join(dir, 'no.csv')], dir), { code: 1, err: /cannot be read \(ENOENT\)/ });
});
