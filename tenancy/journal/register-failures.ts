import { sql } from 'kysely';
import type { RegisterFailure } from '../../bus/index.ts';
import type { SqliteConnection, Store, StoreContext } from '../store/index.ts';

export interface FailureQuery {
  /** `null`: every account, and failures of nobody known. */
  readonly accountIds: readonly number[] | null;
  readonly trunkId?: number;
  readonly limit: number;
  readonly offset: number;
}

const PUT = `INSERT INTO register_failures
  (account_id, trunk_id, at_ms, realm, username, source_address, reason, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

export function writeRegisterFailures(connection: SqliteConnection, failures: readonly RegisterFailure[]): void {
  const put = connection.prepare(PUT);
  for (const failure of failures) {
    const { accountId, trunkId, atMs, realm, username, sourceAddress, reason } = failure;
    put.run([accountId, trunkId, atMs, realm, username, sourceAddress, reason, JSON.stringify(failure)]);
  }
}

export function saveRegisterFailures(store: Store, failures: readonly RegisterFailure[]): Promise<void> {
  return store.bulk((connection) => writeRegisterFailures(connection, failures));
}

/** Newest first. */
export async function listRegisterFailures(
  context: StoreContext,
  query: FailureQuery,
): Promise<{ readonly total: number; readonly failures: readonly RegisterFailure[] }> {
  let rows = context.db.selectFrom('registerFailures');
  if (query.accountIds !== null) {
    const ids = JSON.stringify(query.accountIds);
    rows = rows.where(sql<boolean>`account_id IN (SELECT value FROM json_each(${ids}))`);
  }
  if (query.trunkId !== undefined) rows = rows.where('trunkId', '=', query.trunkId);
  const { total } = await rows.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const page = rows.select('record').orderBy('id', 'desc').offset(query.offset).limit(query.limit);
  return { total, failures: (await page.execute()).map((row) => JSON.parse(row.record) as RegisterFailure) };
}
