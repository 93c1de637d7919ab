import { randomBytes } from 'node:crypto';
import { StoreError } from '../errors.ts';
import type { SecretBox } from '../secrets/index.ts';
import type { StoreContext } from './open-store.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const DEFAULT_REALM = 'sip.didfarm.com';
const KEY_CHECK = 'secret_key_check';
const NONCE_SECRET = 'nonce_secret';

/** Tells at once when a database is opened with a key that does not fit what is sealed in it. */
export function ensureSecretKey(connection: SqliteConnection, secrets: SecretBox): void {
  const sealed = read(connection, KEY_CHECK);
  if (sealed === undefined) {
    write(connection, KEY_CHECK, secrets.seal('didfarm', KEY_CHECK).toString('base64'));
    return;
  }
  try {
    secrets.open(Buffer.from(sealed, 'base64'), KEY_CHECK);
  } catch (error) {
    throw new StoreError(
      'secret_key_mismatch',
      `The secret key is not the one that ${connection.file} was encrypted with; restore that key file.`,
      error,
    );
  }
}

/**
 * The platform realm is part of every HA1 in it, so it is fixed at the first start.
 * @throws StoreError `realm_changed` when another one is configured now
 */
export function ensurePlatformRealm(connection: SqliteConnection, configured: string | undefined): string {
  const wanted = configured?.toLowerCase();
  const stored = read(connection, 'platform_realm');
  if (stored === undefined) {
    write(connection, 'platform_realm', wanted ?? DEFAULT_REALM);
    return wanted ?? DEFAULT_REALM;
  }
  if (wanted !== undefined && wanted !== stored) {
    throw new StoreError(
      'realm_changed',
      `The platform realm of this database is ${stored}, but ${wanted} is configured. Every password is bound to it: ` +
        `configure ${stored}, or run "didfarm realm change", which lists the trunks it affects.`,
    );
  }
  return stored;
}

/** The key that signs nonces; kept, so that a restart does not look like an attack to every PBX. */
export async function getNonceSecret(context: StoreContext): Promise<Buffer> {
  const row = await context.db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', NONCE_SECRET)
    .executeTakeFirst();
  if (row !== undefined) {
    return Buffer.from(context.secrets.open(Buffer.from(row.value, 'base64'), NONCE_SECRET), 'hex');
  }
  const secret = randomBytes(32);
  const value = context.secrets.seal(secret.toString('hex'), NONCE_SECRET).toString('base64');
  await context.db.insertInto('settings').values({ key: NONCE_SECRET, value }).execute();
  return secret;
}

function read(connection: SqliteConnection, key: string): string | undefined {
  const row = connection.prepare('SELECT value FROM settings WHERE key = ?').all([key])[0];
  return (row as { readonly value: string } | undefined)?.value;
}

function write(connection: SqliteConnection, key: string, value: string): void {
  connection.prepare('INSERT INTO settings (key, value) VALUES (?, ?)').run([key, value]);
}
