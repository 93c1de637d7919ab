import { sql } from 'kysely';
import type { CallRecord } from '../../bus/index.ts';
import type { SqliteConnection, Store, StoreContext } from '../store/index.ts';
import { writeCalls } from './write-calls.ts';

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

/** After a crash: the calls that were up when the server ended without a word. */
export async function loadOpenCalls(context: StoreContext): Promise<readonly CallRecord[]> {
  const rows = await context.db.selectFrom('calls').select(['id', 'record']).where('endedAtMs', 'is', null).execute();
  return rows.map((row) => JSON.parse(row.record) as CallRecord);
}

/** Closes calls that a crash left open as of the moment given, never before they were answered. */
export function settleOpenCalls(store: Store, open: readonly CallRecord[], endedAtMs: number): Promise<void> {
  return store.bulk((connection) => {
    const alive = connection.prepare('SELECT value FROM settings WHERE key = ?').all([ALIVE]);
    const aliveAtMs = Number((alive as { readonly value: string }[])[0]?.value ?? 0);
    writeCalls(
      connection,
      open.map((call) => settled(call, endedAtMs, aliveAtMs)),
    );
  });
}

/** The heartbeat of all calls that are up. */
export function writeCallsAlive(connection: SqliteConnection, atMs: number): void {
  const sentence =
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
  connection.prepare(sentence).run([ALIVE, String(atMs)]);
}

const ALIVE = 'calls_alive_at_ms';

function settled(call: CallRecord, endedAtMs: number, aliveAtMs: number): CallRecord {
  const { dialog: _, ...aLeg } = call.aLeg;
  const { dialog: __, ...bLeg } = call.bLeg ?? { callId: '', remote: '', contact: '' };
  const knownAtMs = call.answeredAtMs ?? call.startedAtMs;
  return {
    ...call,
    aLeg,
    bLeg: call.bLeg === null ? null : bLeg,
    aliveAtMs: Math.max(aliveAtMs, knownAtMs),
    endedAtMs: Math.max(endedAtMs, knownAtMs),
    result: 'server_error',
    reason: 'server_restart',
    hungUpBy: 'server',
    sentence: 'The server was restarted while the call was up.',
  };
}

function toStoredCall(row: { readonly id: number; readonly record: string }): StoredCall {
  return { ...(JSON.parse(row.record) as CallRecord), id: row.id };
}
