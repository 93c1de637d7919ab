import { sql } from 'kysely';
import type { CallRecord } from '../../bus/index.ts';
import type { SqliteConnection, Store, StoreContext } from '../store/index.ts';

export type StoredCall = CallRecord & { readonly id: number };

export interface CallQuery {
  /** `null`: every account, and calls that belong to none. */
  readonly accountIds: readonly number[] | null;
  readonly trunkId?: number;
  readonly result?: string;
  readonly reason?: string;
  readonly direction?: string;
  /** Calls that are up, or that have ended. */
  readonly live?: boolean;
  readonly limit: number;
  readonly offset: number;
}

const COLUMNS = [
  'uuid',
  'account_id',
  'trunk_id',
  'did_id',
  'carrier_id',
  'direction',
  'from_number',
  'to_number',
  'started_at_ms',
  'answered_at_ms',
  'ended_at_ms',
  'result',
  'reason',
  'status',
  'record',
];
const PUT = `INSERT INTO calls (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (uuid) DO UPDATE SET ${COLUMNS.slice(1)
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`;

/** A record comes when the call starts, is answered and ends; the last one wins. */
export function writeCalls(connection: SqliteConnection, records: readonly CallRecord[]): void {
  const put = connection.prepare(PUT);
  for (const call of records) {
    put.run([
      call.uuid,
      call.accountId,
      call.trunkId,
      call.didId,
      call.carrierId,
      call.direction,
      call.from,
      call.to,
      call.startedAtMs,
      call.answeredAtMs,
      call.endedAtMs,
      call.result,
      call.reason,
      call.status,
      JSON.stringify(call),
    ]);
  }
}

export function saveCalls(store: Store, records: readonly CallRecord[]): Promise<void> {
  return store.bulk((connection) => writeCalls(connection, records));
}

/** Newest first. */
export async function listCalls(
  context: StoreContext,
  query: CallQuery,
): Promise<{ readonly total: number; readonly calls: readonly StoredCall[] }> {
  let rows = context.db.selectFrom('calls');
  if (query.accountIds !== null) {
    const ids = JSON.stringify(query.accountIds);
    rows = rows.where(sql<boolean>`account_id IN (SELECT value FROM json_each(${ids}))`);
  }
  if (query.trunkId !== undefined) rows = rows.where('trunkId', '=', query.trunkId);
  if (query.result !== undefined) rows = rows.where('result', '=', query.result);
  if (query.reason !== undefined) rows = rows.where('reason', '=', query.reason);
  if (query.direction !== undefined) rows = rows.where('direction', '=', query.direction);
  if (query.live !== undefined) rows = rows.where('endedAtMs', query.live ? 'is' : 'is not', null);
  const { total } = await rows.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const page = rows.select(['id', 'record']).orderBy('id', 'desc').offset(query.offset).limit(query.limit);
  return { total, calls: (await page.execute()).map(toStoredCall) };
}

/** The caller must see to it that the account of the call is visible to who asks. */
export async function findCall(context: StoreContext, uuid: string): Promise<StoredCall | undefined> {
  const row = await context.db.selectFrom('calls').select(['id', 'record']).where('uuid', '=', uuid).executeTakeFirst();
  return row === undefined ? undefined : toStoredCall(row);
}

/** After a crash: calls that were up are closed as of the moment given, for they are no longer. */
export function settleOpenCalls(store: Store, endedAtMs: number): Promise<number> {
  return store.bulk((connection) => {
    const open = connection.prepare('SELECT id, record FROM calls WHERE ended_at_ms IS NULL').all([]);
    const calls = (open as { readonly id: number; readonly record: string }[]).map(toStoredCall);
    writeCalls(
      connection,
      calls.map(({ id, ...call }) => ({
        ...call,
        endedAtMs: Math.max(endedAtMs, call.answeredAtMs ?? call.startedAtMs),
        result: 'server_error',
        reason: 'server_restart',
        hungUpBy: 'server',
        sentence: 'The server was restarted while the call was up.',
      })),
    );
    return calls.length;
  });
}

function toStoredCall(row: { readonly id: number; readonly record: string }): StoredCall {
  return { ...(JSON.parse(row.record) as CallRecord), id: row.id };
}
