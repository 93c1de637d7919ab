import { type CallColumns, type CallRecord, type CallRow, packCalls, unpackCalls } from '../../bus/index.ts';
import { type SqliteConnection, type StoreSteps, tellEvent } from '../store/index.ts';
import { callListeners, tellCall } from './call-events.ts';

/** What the store knew of a call before its record came. */
interface KnownCall {
  readonly id: number;
  readonly uuid: string;
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** What hardly ever changes during a call; most of it is indexed. */
const PARTIES = [
  'account_id',
  'trunk_id',
  'did_id',
  'carrier_id',
  'direction',
  'from_number',
  'to_number',
  'started_at_ms',
];
const PROGRESS = ['answered_at_ms', 'ended_at_ms', 'result', 'reason', 'status', 'record'];
const COLUMNS = ['uuid', ...PARTIES, ...PROGRESS];
const INSERT = `INSERT INTO calls (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`;
// An UPDATE deletes and inserts the entry of each index whose column it names, whether or not the value is another.
const MOVE = `UPDATE calls SET ${assign(PROGRESS)} WHERE id = ? AND ${PARTIES.map((name) => `${name} IS ?`).join(' AND ')}`;
const REWRITE = `UPDATE calls SET ${assign([...PARTIES, ...PROGRESS])} WHERE id = ?`;
const KNOWN = `SELECT id, uuid, answered_at_ms AS answeredAtMs, ended_at_ms AS endedAtMs FROM calls
  WHERE uuid IN (SELECT value FROM json_each(?))`;

const IS_PAID = 'SELECT 1 FROM rate_decks LIMIT 1';
const TO_RATE = 'INSERT OR IGNORE INTO rating_queue (call_id, call_uuid, account_id) VALUES (?, ?, ?)';
const IS_STREAMED = "SELECT 1 FROM record_streams WHERE status <> 'deleted' LIMIT 1";
const TO_STREAM = 'INSERT OR IGNORE INTO record_queue (call_id, account_id, at_ms) VALUES (?, ?, ?)';

/** A record comes when the call starts, is answered and ends; the last one wins. */
export function writeCalls(connection: SqliteConnection, records: readonly CallRecord[]): void {
  for (const _ of writeCallRows(connection, unpackCalls(packCalls(records))));
}

/** The same of what the SIP threads have packed, a call a step. */
export function* writeCallRows(connection: SqliteConnection, rows: readonly CallRow[]): StoreSteps {
  if (rows.length === 0) return;
  const known = knownCalls(connection, rows);
  const listeners = callListeners(connection, latestOf(rows));
  const queue = queuesOf(connection);
  yield;
  for (const row of rows) {
    const { columns, isEmergency } = row;
    const before = known.get(columns[0]);
    if (listeners !== undefined) tellCall(connection, listeners, row, before);
    if (isEmergency && before === undefined) tellEmergency(connection, columns);
    const id = putRow(connection, row, before);
    if ((before?.endedAtMs ?? null) === null) queue(id, columns);
    const [uuid, , , , , , , , , answeredAtMs, endedAtMs] = columns;
    known.set(uuid, { id, uuid, answeredAtMs, endedAtMs });
    yield;
  }
}

function knownCalls(connection: SqliteConnection, rows: readonly CallRow[]): Map<string, KnownCall> {
  const uuids = JSON.stringify(rows.map(({ columns }) => columns[0]));
  const found = connection.prepare(KNOWN).all([uuids]) as KnownCall[];
  return new Map(found.map((call) => [call.uuid, call]));
}

/** @returns the id of its row */
function putRow(connection: SqliteConnection, { columns, record }: CallRow, before: KnownCall | undefined): number {
  if (before === undefined) return connection.prepare(INSERT).run([...columns, record]).lastInsertRowid;
  const [, ...rest] = columns;
  const [parties, progress] = [rest.slice(0, PARTIES.length), [...rest.slice(PARTIES.length), record]];
  const { changes } = connection.prepare(MOVE).run([...progress, before.id, ...parties]);
  if (changes === 0) connection.prepare(REWRITE).run([...parties, ...progress, before.id]);
  return before.id;
}

/**
 * Lets calls that have ended wait for their price and for the streams of records; looks once for all calls of a batch
 * whether anybody pays or has a stream. No trigger does it: where one might write, SQLite keeps a copy of every page that
 * the statement touches.
 */
function queuesOf(connection: SqliteConnection): (id: number, columns: CallColumns) => void {
  const isAny = (sql: string) => connection.prepare(sql).all([]).length > 0;
  const toRate = isAny(IS_PAID) ? connection.prepare(TO_RATE) : undefined;
  const toStream = isAny(IS_STREAMED) ? connection.prepare(TO_STREAM) : undefined;
  return (id, [uuid, accountId, , , , , , , , answeredAtMs, endedAtMs]) => {
    if (endedAtMs === null) return;
    if (answeredAtMs !== null && accountId !== null) toRate?.run([id, uuid, accountId]);
    toStream?.run([id, accountId, endedAtMs]);
  };
}

/** The time of the newest thing told, which is as good as the time of now. */
function latestOf(rows: readonly CallRow[]): number {
  return Math.max(
    ...rows.map(({ columns: [, , , , , , , , started, answered, ended] }) => ended ?? answered ?? started),
  );
}

/** F-114: somebody asks for help, told once, with the first record of the call. */
function tellEmergency(connection: SqliteConnection, columns: CallColumns): void {
  const [uuid, accountId, trunkId, , , , from, to, startedAtMs] = columns;
  const data = { call_uuid: uuid, trunk_id: trunkId, from, to };
  tellEvent(connection, { accountId, event: 'emergency.called', data }, startedAtMs);
}

function assign(columns: readonly string[]): string {
  return columns.map((name) => `${name} = ?`).join(', ');
}
