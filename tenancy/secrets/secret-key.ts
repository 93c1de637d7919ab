import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';

export interface SecretKeyPlace {
  /** `DIDFARM_SECRET_KEY_FILE`; `undefined`: made in the data directory. */
  readonly secretKeyFile: string | undefined;
  readonly dataDir: string;
}

const IN_DATA_DIR = 'secret.key';

/**
 * The key that encrypts stored HA1s: 32 bytes, written as 64 hexadecimal digits (32 raw bytes are accepted).
 * A configured file must exist; without one it is made in the data directory, mode 0600.
 * @throws StoreError `secret_key_unreadable`
 */
export function loadSecretKey(place: SecretKeyPlace): Buffer {
  const file = place.secretKeyFile ?? join(place.dataDir, IN_DATA_DIR);
  const stored = readKey(file, place.secretKeyFile !== undefined);
  if (stored !== undefined) return stored;
  const key = randomBytes(32);
  try {
    writeFileSync(file, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw unreadable(file, `cannot be written (${codeOf(error)})`, error);
  }
  return key;
}

function readKey(file: string, required: boolean): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && !required) return undefined;
    throw unreadable(file, `cannot be read (${codeOf(error)})`, error);
  }
  if (bytes.length === 32) return bytes;
  const text = bytes.toString('latin1').trim();
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw unreadable(file, 'must hold 64 hexadecimal digits', undefined);
  return Buffer.from(text, 'hex');
}

function unreadable(file: string, problem: string, cause: unknown): StoreError {
  return new StoreError('secret_key_unreadable', `The secret key ${file} ${problem}.`, cause);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
