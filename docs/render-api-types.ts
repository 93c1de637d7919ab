import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeApi } from '../admin/index.ts';

const FILE = join(import.meta.dirname, '../admin/api-types.ts');

/** The client types as they are in the file, and as they must be. */
export async function apiTypes(): Promise<{ readonly file: string; readonly wanted: string }> {
  return { file: readFileSync(FILE, 'utf8'), wanted: (await describeApi()).types };
}

if (import.meta.main) writeFileSync(FILE, (await describeApi()).types);
