import t from 'tap';
import { openTestStore } from '../store/test-store.ts';
import { createYamlReader, type PlanOptions, planTenants } from './index.ts';
import { readYaml, type YamlRead } from './yaml-document.ts';
import { YAML_HERE } from './yaml-reader.ts';

const reader = createYamlReader();
/** Long enough to be read apart. */
const PADDING = `# ${'x'.repeat(20_000)}\n`;

function cpuMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

t.test('what is read apart is what is read here: values, faults, places', async (t) => {
  for (const text of ['a: &x [1, 2]\nb: [*x, {c: null}]\n"__proto__": 3\n', 'a: 1\na: 2\n']) {
    t.strictSame(await reader.read(PADDING + text), await YAML_HERE.read(PADDING + text), text);
  }
  for (const [text, message] of [
    ['a: 1\nb: {c: 1, d: 2, c: 3}\n', 'Map keys must be unique: take out or rename the second "c"'],
    ['a: 1\nb: *nope\n', 'Unresolved alias (the anchor must be set before the alias): nope'],
    ['a: 1\nb: "open\n', 'Missing closing "quote'],
  ] as const) {
    const { faults } = (await YAML_HERE.read(text)) as Extract<YamlRead, { faults: unknown }>;
    t.match(faults, [{ message }], text);
    t.equal(faults[0]?.line, message.startsWith('Missing') ? 3 : 2);
  }
  const text = `${PADDING}a:\n  - b\n  - c: 1\n`;
  const paths = [['a', 1, 'c'], ['a', 7], ['z']];
  t.strictSame(await reader.places(text, paths), await YAML_HERE.places(text, paths));
  t.match(await reader.places(text, paths), [{ line: 4, column: 8 }, { line: 3 }, { line: 2 }]);
  t.match(await reader.read(`${PADDING}a: .nan\n`), { value: { a: 'NaN' } }, 'no field takes it');
});

t.test('faults of long files have their lines, those of the file and those of what it asks for', async (t) => {
  const store = await openTestStore(t);
  const options: PlanOptions = { visible: null, actor: 'test', yaml: reader, resolveSecret: () => undefined };
  const plan = (text: string) => planTenants(store, PADDING + text, 'f.yaml', options);
  await t.rejects(plan('version: 1\naccounts: [{name: A, max_inn: 3}]\n'), { message: /^f.yaml:3:31: .*max_inn/ });
  await t.rejects(plan('version: 1\naccounts:\n  - name: A\n  - name: A\n'), { message: /^f.yaml:5:5: .*twice/ });
  t.match(await plan('version: 1\naccounts: [{name: A}]\n'), { changes: [{ name: 'A' }] });
});

t.test('a text costs what its length costs, whatever is in it', (t) => {
  const plain = Array.from({ length: 20_000 }, (_, i) => `- k${i}: 1\n`).join('');
  const limit = 10 * cpuMs(() => readYaml(plain)) + 500;
  for (const [what, text] of [
    ['names of one mapping', plain.replaceAll('- ', '')],
    ['aliases', `- &a x\n${'- *a\n'.repeat(20_000)}`],
    ['aliases of nothing', `- &a x\n${'- *a\n'.repeat(20_000)}- *b\n`],
    ['anchors', plain.replaceAll('- ', '- &a ')],
    ['depth', '['.repeat(20_000)],
  ] as const) {
    const cost = cpuMs(() => readYaml(text));
    t.ok(cost < limit, `${what}: ${Math.round(cost)} of ${Math.round(limit)} ms of CPU`);
  }
  t.end();
});

t.test('what takes too long or too much memory is a fault of that text, and the next is read', async (t) => {
  const many = `a: [${'[],'.repeat(200_000)}]\n`;
  const hasty = createYamlReader({ limitMs: 1 });
  t.strictSame(await hasty.read(PADDING), {
    faults: [{ line: 1, path: '', message: 'takes longer to read than 0.001 s' }],
  });
  const small = createYamlReader({ memoryMb: 64 });
  const answers = await Promise.all([small.read(many), small.read(`${PADDING}a: 1\n`)]);
  t.match(answers, [{ faults: [{ message: 'takes more than 64 MiB of memory to read' }] }, { value: { a: 1 } }]);
});

t.test('this thread serves others while a long text is read', async (t) => {
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  const before = process.threadCpuUsage();
  await reader.read(`a: [${'[],'.repeat(100_000)}]\n`);
  const { user, system } = process.threadCpuUsage(before);
  clearInterval(turning);
  t.ok(turns > 10, `${turns} turns`);
  t.comment(`${(user + system) / 1000} ms of CPU here`);
});
