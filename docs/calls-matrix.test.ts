import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';

const ROOT = new URL('..', import.meta.url);
const PAGE = readFileSync(new URL('docs/calls-matrix.md', ROOT), 'utf8');
const ROW = /^\| (?!Feature|---)(.+?) \| (.+) \| (.+) \|$/gm;

const rows = [...PAGE.matchAll(ROW)].map(([, feature = '', claim = '', tests = '']) => ({
  feature,
  claim,
  tests: tests.split('<br>').map((one) => /^(?:† )?`([a-z/-]+)`: (.+)$/.exec(one)),
}));

t.test('every feature of a call is named once, with tests that are there', async (t) => {
  const tables = PAGE.match(/^\| .+ \|$/gm)?.length ?? 0;
  const heads = PAGE.match(/^\| Feature \|/gm)?.length ?? 0;
  t.ok(heads > 0);
  t.equal(rows.length, tables - heads, 'every line of the tables is read');
  t.equal(new Set(rows.map(({ feature }) => feature)).size, rows.length, 'no feature is there twice');
  for (const { feature, claim, tests } of rows) {
    for (const test of tests) {
      const [, file = '', name = ''] = test ?? [];
      const source = new URL(`${file}.test.ts`, ROOT);
      const words = `${feature}: ${claim} ${file}: ${name}`;
      t.ok(file !== '' && existsSync(source) && isTestOf(readFileSync(source, 'utf8'), name), words);
    }
  }
});

/** Whether that is the name of a test in the source, and not just words of it; a name made of parts ends with it. */
function isTestOf(source: string, name: string): boolean {
  const names = [...source.matchAll(/\bt\.test\(\s*(['"`])(.+?)\1,/g)].map(([, , text = '']) => text);
  return name !== '' && names.some((text) => text === name || (text.includes('${') && text.endsWith(name)));
}
