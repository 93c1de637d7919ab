import { makeHa1Set, makePassword } from '../secrets/index.ts';
import {
  createAccount,
  createCarrier,
  findCarrier,
  newUuid,
  type SqliteConnection,
  type Store,
  type StoreContext,
  sealHa1,
} from '../store/index.ts';
import { writePrivateFile } from './write-file.ts';

export interface SeedFiles {
  /** `user,realm,password` a line. */
  readonly csv?: string | undefined;
  /** `did,user,realm` a line. */
  readonly dids?: string | undefined;
}

export interface Seeded {
  readonly accountId: number;
  readonly trunks: number;
  /** The first and the last user name made. */
  readonly first: string;
  readonly last: string;
}

const ACCOUNT = 'Bench';
/** Numbers for machines in the Netherlands: valid, and nobody's telephone. */
const DID_PREFIX = '+31970';

/** `didfarm seed`: an account `Bench` with trunks `u000001` and so on, a number each; run again, it goes on counting. */
export async function seedBench(store: Store, count: number, files: SeedFiles): Promise<Seeded> {
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000) throw new RangeError('--trunks must be 1 to 1000000');
  const accountId = await store.write(prepare);
  const credentials: string[] = [];
  const dids: string[] = [];
  const seeded = await store.bulk((connection) => {
    const from = highest(connection, accountId) + 1;
    const insert = inserter(connection, store, accountId);
    for (let number = from; number < from + count; number++) {
      const { username, password, did } = insert(number);
      credentials.push(`${username},${store.platformRealm},${password}\n`);
      dids.push(`${did},${username},${store.platformRealm}\n`);
    }
    // Before the commit: passwords that were not written down are not kept either.
    if (files.csv !== undefined) writePrivateFile(files.csv, credentials.join(''));
    if (files.dids !== undefined) writePrivateFile(files.dids, dids.join(''));
    return { first: nameOf(from), last: nameOf(from + count - 1) };
  });
  return { accountId, trunks: count, ...seeded };
}

async function prepare(tx: StoreContext): Promise<number> {
  if ((await findCarrier(tx, 'bench')) === undefined) {
    await createCarrier(tx, { name: 'bench', sources: ['127.0.0.2'] });
  }
  const known = await tx.db
    .selectFrom('accounts')
    .select('id')
    .where('name', '=', ACCOUNT)
    .where('parentId', 'is', null)
    .where('status', '<>', 'closed')
    .executeTakeFirst();
  return known?.id ?? (await createAccount(tx, { name: ACCOUNT, bulk: true })).id;
}

function highest(connection: SqliteConnection, accountId: number): number {
  const rows = connection
    .prepare(
      `SELECT coalesce(max(CAST(substr(username, 2) AS INTEGER)), 0) AS at FROM trunks
      WHERE account_id = ? AND username GLOB 'u[0-9]*'`,
    )
    .all([accountId]);
  return (rows[0] as { readonly at: number }).at;
}

interface SeededTrunk {
  readonly username: string;
  readonly password: string;
  readonly did: string;
}

function inserter(connection: SqliteConnection, store: Store, accountId: number): (number: number) => SeededTrunk {
  const { secrets, platformRealm: realm } = store;
  const now = store.clock.nowMs();
  const trunk = connection.prepare(`INSERT INTO trunks (uuid, account_id, name, realm, username, ha1_sealed, status,
    created_at_ms, updated_at_ms) VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?)`);
  const did =
    connection.prepare(`INSERT INTO dids (account_id, number, dest_kind, dest_id, created_at_ms, updated_at_ms)
    VALUES (?, ?, 'trunk', ?, ?, ?)`);
  return (number) => {
    const username = nameOf(number);
    const password = makePassword();
    const uuid = newUuid('trk');
    const sealed = sealHa1(secrets, makeHa1Set(username, realm, password), uuid);
    const { lastInsertRowid } = trunk.run([uuid, accountId, username, realm, username, sealed, now, now]);
    const e164 = `${DID_PREFIX}${String(number).padStart(8, '0')}`;
    did.run([accountId, e164, lastInsertRowid, now, now]);
    return { username, password, did: e164 };
  };
}

function nameOf(number: number): string {
  return `u${String(number).padStart(6, '0')}`;
}
