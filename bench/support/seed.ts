import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** Fills a data directory with trunks by the CLI, as an operator would; gives the file `user,realm,password`; `did,user,realm` is beside it in dids.csv. */
export async function seedProduct(dir: string, trunks: number): Promise<string> {
  const csv = join(dir, 'users.csv');
  const args = [
    join(ROOT, 'bin/didfarm.ts'),
    'seed',
    '--trunks',
    String(trunks),
    '--csv',
    csv,
    '--dids',
    join(dir, 'dids.csv'),
  ];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, DIDFARM_DATA_DIR: join(dir, 'data') } });
  return csv;
}
