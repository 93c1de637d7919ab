import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderReasonTables } from '../telemetry/errors-page.ts';

/** Renders the catalogue into docs/errors.md below its introduction: `npm run docs`. */
const page = join(import.meta.dirname, 'errors.md');
const introduction = readFileSync(page, 'utf8').split('## Registration and digest')[0] ?? '';
writeFileSync(page, `${introduction}${renderReasonTables()}\n`);
