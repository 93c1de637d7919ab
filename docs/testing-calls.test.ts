import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadConfig } from '../config/index.ts';
import { CALL_TESTS_SCHEMA, parseCallTests, runCallTests } from '../routing/index.ts';
import { openStore, rehearseTenants } from '../tenancy/index.ts';

const page = readFileSync(join(import.meta.dirname, 'testing-calls.md'), 'utf8');
const example = (name: string) => readFileSync(join(import.meta.dirname, 'examples/call-tests', name), 'utf8');

t.test('every example of the page passes with the tenants of its file', async (t) => {
  const store = await openStore({ file: ':memory:', secretKey: randomBytes(32), platformRealm: 'sip.didfarm.com' });
  t.teardown(() => store.close());
  const { calls, auth, registration } = loadConfig({ DIDFARM_TARGET_ALLOW: '127.0.0.0/8' }).config;
  const options = { visible: null, actor: 'test', resolveSecret: () => undefined, algorithms: auth.algorithms };
  const { candidate: directory } = await rehearseTenants(store, example('tenants.yaml'), 'tenants.yaml', options);
  const world = { directory, calls, auth, registration, visible: null, nowMs: Date.now };
  const examples = [...page.matchAll(/^```yaml call-tests\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  t.ok(examples.length > 0);
  for (const text of [...examples, example('tests.yaml')]) {
    const report = await runCallTests(world, await parseCallTests(text, 'example'));
    for (const { name, state, sentence } of report.cases) t.equal(state, 'passed', `${name} ${sentence}`);
  }
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

t.test('the page names every key of the schema, and no other', async (t) => {
  const { given, call, register, expect } = (CALL_TESTS_SCHEMA as Schema).properties?.cases?.items?.properties ?? {};
  const keys = (schema: Schema | undefined, prefix = '') =>
    Object.keys(schema?.properties ?? {}).map((key) => prefix + key);
  const known = [...keys(call, 'call.'), ...keys(register, 'register.'), ...keys(given), ...keys(expect)];
  const rows = [...page.matchAll(/^\| (`[a-z_.]+`(?:[^|`]*`[a-z_.]+`)*) \|/gm)].map(([, cell = '']) => cell);
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([a-z_.]+)`/g)].map(([, key = '']) => key));
  const documented = named.filter((key) => key !== 'given' && key !== 'expect');
  t.strictSame([...new Set(documented)].sort(), [...new Set(known)].sort());
});
