import { sql } from 'kysely';
import { invalid, notFound } from '../../errors.ts';
import { makeWebhookSecret } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { type Found, given, matches, type Ref, readSlice, type Slice, single, type Visible, within } from './common.ts';
import { newUuid } from './new-uuid.ts';

/** Where call records go (F-119); its secret is not in the row. */
export type RecordStreamRow = Omit<Row<'recordStreams'>, 'secretSealed'>;

export interface NewRecordStream {
  /** `null`: records of every account. */
  readonly accountId: number | null;
  /** `null`: a file. */
  readonly url: string | null;
  /** @default one is made */
  readonly secret?: string;
}

export interface RecordStreamChange {
  readonly url: string | undefined;
  readonly status: 'active' | 'paused' | undefined;
  readonly secret?: string;
}

/** What ends from now on goes there. @returns the row, and the secret that signs, told here and never again */
export async function createRecordStream(
  context: StoreContext,
  { accountId, url, secret: chosen }: NewRecordStream,
): Promise<{ readonly row: RecordStreamRow; readonly secret: string | null }> {
  const uuid = newUuid('rst');
  await checkRoom(context, accountId);
  const secret = url === null ? null : (chosen ?? makeWebhookSecret());
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('recordStreams')
    .values({
      ...{
        uuid,
        accountId,
        url,
        kind: url === null ? 'file' : 'http',
        dueAtMs: now,
        createdAtMs: now,
        updatedAtMs: now,
      },
      secretSealed: secret === null ? null : context.secrets.seal(secret, sealContext(uuid)),
      cursorSeq: sql<number>`coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'record_queue'), 0)`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row: shown(row), secret };
}

/** @throws TenancyError `not_found`, for foreign streams as for unknown ones */
export async function getRecordStream(context: StoreContext, ref: Ref, visible: Visible): Promise<RecordStreamRow> {
  const rows = await alive(context, visible).selectAll().where(matches(ref, 'record_streams')).limit(2).execute();
  const row = single(rows);
  if (row === undefined) throw notFound('record stream');
  return shown(row);
}

/** Streams of accounts that may be seen, without their secrets. */
export async function listRecordStreams(
  context: StoreContext,
  filter: { readonly accountId?: number },
  slice: Slice,
  visible: Visible,
): Promise<Found<RecordStreamRow>> {
  let query = alive(context, visible);
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(shown) };
}

/** Whatever is changed, it is tried again at once. */
export async function updateRecordStream(
  context: StoreContext,
  id: number,
  { url, status, secret }: RecordStreamChange,
): Promise<RecordStreamRow> {
  const now = context.clock.nowMs();
  const { uuid } = await getRecordStream(context, id, null);
  const secretSealed = secret === undefined ? undefined : context.secrets.seal(secret, sealContext(uuid));
  const row = await context.db
    .updateTable('recordStreams')
    .set({ ...given({ url, status, secretSealed }), dueAtMs: now, updatedAtMs: now })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return shown(row);
}

/** What signs; `null` for a file. */
export async function openRecordStreamSecret(context: StoreContext, id: number): Promise<string | null> {
  const query = context.db.selectFrom('recordStreams').select(['uuid', 'secretSealed']).where('id', '=', id);
  const { uuid, secretSealed: sealed } = await query.executeTakeFirstOrThrow();
  return sealed === null ? null : context.secrets.open(sealed, sealContext(uuid));
}

/** It sends nothing more from the next round on. @throws TenancyError `not_found`, also for one of others */
export async function deleteRecordStream(context: StoreContext, ref: Ref, visible: Visible): Promise<RecordStreamRow> {
  const row = await getRecordStream(context, ref, visible);
  await context.db
    .updateTable('recordStreams')
    .set({ status: 'deleted', updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  return row;
}

/** What has come into the queue since it was looked at last, and whom it concerns. */
export interface QueueNews {
  /** Of the newest record there is. */
  readonly lastSeq: number;
  /** Streams that have, or may have, something to take. */
  readonly streamIds: readonly number[];
}

const NEWEST = `SELECT coalesce(max(seq), 0) AS seq FROM record_queue`;
const BEHIND = `SELECT id FROM record_streams WHERE status <> 'deleted' AND cursor_seq < ?`;
/** Of the accounts of those records, and of those above them. */
const CONCERNED = `WITH RECURSIVE up (id) AS (
  SELECT DISTINCT account_id FROM record_queue WHERE seq > ? UNION
  SELECT accounts.parent_id FROM up JOIN accounts ON accounts.id = up.id)
  SELECT id FROM record_streams WHERE status <> 'deleted' AND (account_id IS NULL OR account_id IN (SELECT id FROM up))`;

/** @param sinceSeq what was there at the last look @default every stream that is behind */
export function readQueueNews(connection: SqliteConnection, sinceSeq: number | undefined): QueueNews {
  const [newest] = connection.prepare(NEWEST).all([]) as { readonly seq: number }[];
  const lastSeq = newest?.seq ?? 0;
  if (sinceSeq !== undefined && lastSeq <= sinceSeq) return { lastSeq: sinceSeq, streamIds: [] };
  const [text, value] = sinceSeq === undefined ? [BEHIND, lastSeq] : [CONCERNED, sinceSeq];
  const rows = connection.prepare(text).all([value]) as { readonly id: number }[];
  return { lastSeq, streamIds: rows.map(({ id }) => id) };
}

/** Those of the streams whose time has come, for whoever sends. */
export async function dueRecordStreams(
  context: StoreContext,
  ids: Iterable<number>,
): Promise<readonly RecordStreamRow[]> {
  const rows = await context.db
    .selectFrom('recordStreams')
    .selectAll()
    .where(sql<boolean>`id IN (SELECT value FROM json_each(${JSON.stringify([...ids])}))`)
    .where('status', '=', 'active')
    .where('dueAtMs', '<=', context.clock.nowMs())
    .orderBy('id')
    .execute();
  return rows.map(shown);
}

/** A call record on its way to a stream. */
export interface QueuedRecord {
  /** Rises with every call that ends, in that order. */
  readonly seq: number;
  readonly accountId: number | null;
  /** JSON of a `CallRecord`. */
  readonly record: string;
}

/** What follows in the queue, and how far it was looked through; records of other accounts are passed over. */
export interface QueuedRecords {
  readonly records: readonly QueuedRecord[];
  readonly lastSeq: number;
  /** There was no more to look through. */
  readonly isAll: boolean;
}

const NEXT = `SELECT seq, call_id AS callId, account_id AS accountId FROM record_queue WHERE seq > ? ORDER BY seq LIMIT ?`;
const RECORD = `SELECT record FROM calls WHERE id = ?`;
const BELOW = `WITH RECURSIVE down (id) AS (SELECT ? UNION ALL
  SELECT accounts.id FROM accounts JOIN down ON accounts.parent_id = down.id) SELECT id FROM down`;
/** Entries of the queue that are looked through at a time for each record that may be taken. */
const LOOKED_AT = 10;

/** The next records of a stream's account and the accounts below it. */
export function nextRecords(connection: SqliteConnection, stream: RecordStreamRow, limit: number): QueuedRecords {
  const most = stream.accountId === null ? limit : limit * LOOKED_AT;
  const rows = connection.prepare(NEXT).all([stream.cursorSeq, most]) as QueueEntry[];
  const below = stream.accountId === null ? undefined : idsBelow(connection, stream.accountId);
  const seen = rows.filter(({ accountId }) => below === undefined || (accountId !== null && below.has(accountId)));
  const taken = seen.slice(0, limit);
  const records = taken.flatMap(({ seq, accountId, callId }) => {
    const [call] = connection.prepare(RECORD).all([callId]) as { readonly record: string }[];
    return call === undefined ? [] : [{ seq, accountId, record: call.record }];
  });
  const isAll = rows.length < most && taken.length === seen.length;
  const last = taken.length < seen.length ? taken.at(-1) : rows.at(-1);
  return { records, lastSeq: last?.seq ?? stream.cursorSeq, isAll };
}

interface QueueEntry {
  readonly seq: number;
  readonly callId: number;
  readonly accountId: number | null;
}

function idsBelow(connection: SqliteConnection, accountId: number): ReadonlySet<number> {
  return new Set((connection.prepare(BELOW).all([accountId]) as { readonly id: number }[]).map(({ id }) => id));
}

/** What came of a batch: a cursor behind what was taken, or when to try again. */
export interface StreamProgress {
  readonly cursorSeq: number;
  readonly taken: number;
  readonly error: string | null;
  readonly dueAtMs: number;
}

const MOVED = `UPDATE record_streams SET cursor_seq = max(cursor_seq, ?), sent = sent + ?, last_number = last_number + ?,
  error = ?, due_at_ms = ?,
  failures = CASE WHEN ? IS NULL THEN 0 ELSE failures + 1 END WHERE id = ?`;

/** Where a stream stands after a batch: its cursor moved on, or what went wrong and when it is tried again. */
export function saveStreamProgress(connection: SqliteConnection, id: number, progress: StreamProgress): void {
  const { cursorSeq, taken, error, dueAtMs } = progress;
  connection.prepare(MOVED).run([cursorSeq, taken, taken, error, dueAtMs, error, id]);
}

const PASSED = `UPDATE record_streams SET cursor_seq = ? WHERE status <> 'deleted' AND cursor_seq < ?
  AND id NOT IN (SELECT value FROM json_each(?))`;

/** Everything so far has been looked at, and was for those streams alone. */
export function passRecords(connection: SqliteConnection, lastSeq: number, but: Iterable<number>): void {
  connection.prepare(PASSED).run([lastSeq, lastSeq, JSON.stringify([...but])]);
}

const TAKEN = `DELETE FROM record_queue WHERE seq IN (SELECT seq FROM record_queue WHERE at_ms < ? OR seq <= coalesce(
  (SELECT min(cursor_seq) FROM record_streams WHERE status <> 'deleted'), 9223372036854775807) ORDER BY seq LIMIT ?)`;

/** Lets go of what every stream has, and of what is older than anybody waits for. @returns how many */
export function forgetTakenRecords(connection: SqliteConnection, beforeMs: number, limit: number): number {
  return connection.prepare(TAKEN).run([beforeMs, limit]).changes;
}

const WAITING = `SELECT id, (SELECT count(*) FROM record_queue WHERE seq > streams.cursor_seq AND (
  streams.account_id IS NULL OR record_queue.account_id IN (${BELOW.replace('?', 'streams.account_id')}))) AS waiting
  FROM record_streams streams WHERE id IN (SELECT value FROM json_each(?))`;

/** How many records of its own account and those below each of the streams has not taken yet, by its id. */
export function countWaitingRecords(
  connection: SqliteConnection,
  streams: readonly Pick<RecordStreamRow, 'id'>[],
): ReadonlyMap<number, number> {
  const ids = JSON.stringify(streams.map(({ id }) => id));
  const rows = connection.prepare(WAITING).all([ids]) as { readonly id: number; readonly waiting: number }[];
  return new Map(rows.map(({ id, waiting }) => [id, waiting]));
}

/** Each is looked after for itself several times a second. */
const MOST_STREAMS = 20;

async function checkRoom(context: StoreContext, accountId: number | null): Promise<void> {
  if (accountId === null) return;
  const { rows } = await sql<{ readonly streams: number }>`SELECT count(*) AS streams FROM record_streams
    WHERE account_id = ${accountId} AND status <> 'deleted'`.execute(context.db);
  if ((rows[0]?.streams ?? 0) >= MOST_STREAMS) throw invalid('url', `an account has at most ${MOST_STREAMS} streams`);
}

function alive(context: StoreContext, visible: Visible) {
  return context.db
    .selectFrom('recordStreams')
    .where(sql<boolean>`status <> 'deleted'`)
    .where(within(visible, 'record_streams.account_id'));
}

function shown({ secretSealed: _, ...row }: Row<'recordStreams'>): RecordStreamRow {
  return row;
}

function sealContext(uuid: string): string {
  return `record_stream:${uuid}`;
}
