import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { renderReasonTables } from './errors-page.ts';
import { REASONS } from './index.ts';

const PAGE = join(import.meta.dirname, '../docs/errors.md');

t.test('docs/errors.md has exactly the tables of the catalogue (npm run docs renders them)', async (t) => {
  const page = readFileSync(PAGE, 'utf8');
  const tables = page.slice(page.indexOf('## Registration and digest')).trimEnd();
  t.equal(tables, renderReasonTables());
});

t.test('whatever is refused says what to do about it, or that nothing is to be done', async (t) => {
  for (const [reason, entry] of Object.entries(REASONS)) {
    const needsRemedy = entry.result !== 'ok' && reason !== 'server_restart';
    if (needsRemedy) t.not(entry.remedy, '', reason);
    t.match(entry.sentence, /\.$/, reason);
  }
});
