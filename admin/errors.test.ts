import { readFileSync } from 'node:fs';
import t from 'tap';
import { API_ERRORS } from './errors.ts';

const DOCS = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');

t.test('docs/api.md lists every error code with its status, and no other', (t) => {
  const section = DOCS.slice(DOCS.indexOf('## Errors'), DOCS.indexOf('\n## ', DOCS.indexOf('## Errors') + 5));
  const documented = [...section.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map((row) => [row[1], Number(row[2])]);
  const catalogued = Object.entries(API_ERRORS).map(([code, entry]) => [code, entry.status]);
  t.same(documented.sort(), catalogued.sort());
  t.end();
});

t.test('every error says what to do about it', (t) => {
  for (const [code, entry] of Object.entries(API_ERRORS)) {
    t.match(entry.message, /\.$/, code);
    t.ok(entry.remedy.length > 10, code);
  }
  t.end();
});
