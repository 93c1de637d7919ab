import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../config/index.ts';
import { DATABASE_FILE } from '../channel/places.ts';
import type { Finding } from './run-doctor.ts';

const LITTLE_BYTES = 1024 ** 3;
const TOO_LITTLE_BYTES = 100 * 1024 ** 2;

/** The data directory can be written, is nobody else's to read, and has room. */
export function checkDataDir(config: Config): readonly Finding[] {
  const dir = resolve(config.dataDir);
  const existing = existsSync(dir) ? dir : dirname(dir);
  return [checkWritable(dir, existing), ...checkPrivate(dir), checkRoom(existing)];
}

function checkWritable(dir: string, existing: string): Finding {
  const check = 'data directory';
  try {
    accessSync(existing, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return {
      check,
      level: 'fault',
      text: `${existing} cannot be written`,
      remedy: 'Give it to the user of the server.',
    };
  }
  const text = existsSync(join(dir, DATABASE_FILE)) ? dir : `${dir} has no database yet`;
  return { check, level: 'ok', text };
}

function checkPrivate(dir: string): readonly Finding[] {
  const check = 'private files';
  const open = ['secret.key', 'demo.json', DATABASE_FILE]
    .map((name) => join(dir, name))
    .filter((path) => existsSync(path) && (statSync(path).mode & 0o007) !== 0 && (statSync(dir).mode & 0o007) !== 0);
  if (open.length === 0) return [];
  return [{ check, level: 'warning', text: `everybody may read ${open.join(', ')}`, remedy: `chmod 700 ${dir}` }];
}

function checkRoom(path: string): Finding {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  if (free < TOO_LITTLE_BYTES) return { check: 'disk', level: 'fault', text, remedy: 'Make room.' };
  if (free < LITTLE_BYTES) return { check: 'disk', level: 'warning', text, remedy: 'Make room soon.' };
  return { check: 'disk', level: 'ok', text };
}
