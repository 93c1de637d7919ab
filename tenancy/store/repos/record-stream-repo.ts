import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import { makeWebhookSecret } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { type Found, given, matches, type Ref, readSlice, type Slice, single, type Visible, within } from './common.ts';
import { newUuid } from './new-uuid.ts';

/** Where call records go (F-119); its secret is not in the row. */
export type RecordStreamRow = Omit<Row<'recordStreams'>, 'secretSealed'>;

/** A stream with what signs for it; files have none. */
export interface RecordStreamTarget extends RecordStreamRow {
  readonly secret: string | null;
}

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

export async function deleteRecordStream(context: StoreContext, ref: Ref, visible: Visible): Promise<RecordStreamRow> {
  const row = await getRecordStream(context, ref, visible);
  await context.db
    .updateTable('recordStreams')
    .set({ status: 'deleted', updatedAtMs: context.clock.nowMs() })
    .where('id', '=', row.id)
    .execute();
  return row;
}

/** Streams whose time has come, for whoever sends. */
export async function dueRecordStreams(context: StoreContext): Promise<readonly RecordStreamTarget[]> {
  const rows = await context.db
    .selectFrom('recordStreams')
    .selectAll()
    .where(sql<boolean>`status <> 'deleted'`)
    .where('status', '=', 'active')
    .where('dueAtMs', '<=', context.clock.nowMs())
    .orderBy('id')
    .execute();
  return rows.map((row) => {
    const { secretSealed: sealed } = row;
    return { ...shown(row), secret: sealed === null ? null : context.secrets.open(sealed, sealContext(row.uuid)) };
  });
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
}

const NEXT = `SELECT q.seq, q.account_id AS accountId, c.record FROM record_queue q LEFT JOIN calls c ON c.id = q.call_id
  WHERE q.seq > ? ORDER BY q.seq LIMIT ?`;
const BELOW = `WITH RECURSIVE down (id) AS (SELECT ? UNION ALL
  SELECT accounts.id FROM accounts JOIN down ON accounts.parent_id = down.id) SELECT id FROM down`;

/** The next records of a stream's account and the accounts below it. */
export function nextRecords(connection: SqliteConnection, stream: RecordStreamRow, limit: number): QueuedRecords {
  const rows = connection.prepare(NEXT).all([stream.cursorSeq, limit]) as (Omit<QueuedRecord, 'record'> & {
    readonly record: string | null;
  })[];
  const below =
    stream.accountId === null || rows.length === 0
      ? undefined
      : new Set((connection.prepare(BELOW).all([stream.accountId]) as { readonly id: number }[]).map(({ id }) => id));
  const records = rows.flatMap(({ record, ...row }) => {
    const isSeen = below === undefined || (row.accountId !== null && below.has(row.accountId));
    return record !== null && isSeen ? [{ ...row, record }] : [];
  });
  return { records, lastSeq: rows.at(-1)?.seq ?? stream.cursorSeq };
}

/** What came of a batch: a cursor behind what was taken, or when to try again. */
export interface StreamProgress {
  readonly cursorSeq: number;
  readonly taken: number;
  readonly error: string | null;
  readonly dueAtMs: number;
}

const MOVED = `UPDATE record_streams SET cursor_seq = max(cursor_seq, ?), sent = sent + ?, error = ?, due_at_ms = ?,
  failures = CASE WHEN ? IS NULL THEN 0 ELSE failures + 1 END WHERE id = ?`;

export function saveStreamProgress(connection: SqliteConnection, id: number, progress: StreamProgress): void {
  const { cursorSeq, taken, error, dueAtMs } = progress;
  connection.prepare(MOVED).run([cursorSeq, taken, error, dueAtMs, error, id]);
}

const TAKEN = `DELETE FROM record_queue WHERE seq IN (SELECT seq FROM record_queue WHERE at_ms < ? OR seq <= coalesce(
  (SELECT min(cursor_seq) FROM record_streams WHERE status <> 'deleted'), 9223372036854775807) ORDER BY seq LIMIT ?)`;

/** Lets go of what every stream has, and of what is older than anybody waits for. @returns how many */
export function forgetTakenRecords(connection: SqliteConnection, beforeMs: number, limit: number): number {
  return connection.prepare(TAKEN).run([beforeMs, limit]).changes;
}

const WAITING = `SELECT count(*) AS waiting FROM record_queue WHERE seq > ?`;

/** How many records of its own account and those below a stream has not taken yet. */
export function countWaitingRecords(connection: SqliteConnection, { accountId, cursorSeq }: RecordStreamRow): number {
  const values = accountId === null ? [cursorSeq] : [cursorSeq, accountId];
  const text = accountId === null ? WAITING : `${WAITING} AND account_id IN (${BELOW})`;
  const [row] = connection.prepare(text).all(values) as { readonly waiting: number }[];
  return row?.waiting ?? 0;
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
