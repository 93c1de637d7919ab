import { readFileSync } from 'node:fs';
import t from 'tap';

const ROOT = new URL('..', import.meta.url);
const PAGE = readFileSync(new URL('docs/engine-conformance.md', ROOT), 'utf8');
const ROW = /^\| (\d+) \| (.+) \| (.+) \|$/gm;

const rows = [...PAGE.matchAll(ROW)].map(([, number, promise, tests]) => ({
  number: Number(number),
  promise: promise ?? '',
  tests: (tests ?? '').split('<br>').map((one) => /^`([a-z/-]+)`: (.+)$/.exec(one)),
}));

t.test('every promise of the control protocol has a number of its own and a test that is there', (t) => {
  t.same(
    rows.map(({ number }) => number),
    Array.from({ length: 147 }, (_, i) => i + 1),
  );
  const sources = new Map<string, string>();
  for (const { number, promise, tests } of rows) {
    for (const test of tests) {
      const [, file = '', name = ''] = test ?? [];
      const source = sources.get(file) ?? readFileSync(new URL(`sip-engine/${file}.test.ts`, ROOT), 'utf8');
      sources.set(file, source);
      t.ok(name !== '' && source.includes(name), `${number}. ${promise}: ${file}: ${name}`);
    }
  }
  t.end();
});
