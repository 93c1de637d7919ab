import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const RULES = join(import.meta.dirname, 'prometheus-rules.yml');

t.test('each alert fires when it should and not before', async (t) => {
  t.match(execFileSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' }), 'SUCCESS');
  const cases = join(import.meta.dirname, 'prometheus-rules.test.yml');
  t.match(execFileSync('promtool', ['test', 'rules', cases], { encoding: 'utf8' }), 'SUCCESS');
});

t.test('alerts look at metrics that there are', async (t) => {
  const documented = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
  const names = new Set(readFileSync(RULES, 'utf8').match(/didfarm_\w+/g));
  for (const name of names) t.ok(documented.includes(name), `${name} is in docs/operations.md`);
});
