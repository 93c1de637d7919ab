import { sql } from 'kysely';
import type { CallRecord } from '../../bus/index.ts';
import type { SqliteConnection, Store, StoreContext } from '../../tenancy/index.ts';
import type { RateBook } from './rate-book.ts';
import { type EndedCall, type RatedCalls, rateCalls, type UnratedReason } from './rate-calls.ts';
import type { RatingService } from './rating-service.ts';
import { writeCharges } from './write-charges.ts';

export interface ChargeReport {
  /** Calls that are done with. */
  readonly charged: number;
  /** Calls that wait for a price. */
  readonly unrated: number;
}

export interface ChargeOptions {
  /** How many calls at a time. @default 200 */
  readonly limit?: number;
  /** Asked for prices before the decks count. @default nobody */
  readonly rating?: RatingService | undefined;
}

/** Charges the calls that ended since the last time, a bounded number of them, each once. */
export async function chargeWaitingCalls(
  store: Store,
  book: RateBook,
  { limit = 200, rating }: ChargeOptions = {},
): Promise<ChargeReport> {
  // Asked several times a second, and as a rule there are none.
  if (!(await store.read(isAnyWaiting))) return { charged: 0, unrated: 0 };
  if (book.isEmpty) return letGoUnread(store);
  const waiting = await store.db
    .selectFrom('ratingQueue')
    .innerJoin('calls', 'calls.id', 'ratingQueue.callId')
    .select(['calls.id', 'calls.record'])
    .where('ratingQueue.status', '=', 'waiting')
    .orderBy('ratingQueue.callId')
    .limit(limit)
    .execute();
  if (waiting.length === 0) return { charged: 0, unrated: 0 };
  const calls = waiting.map(({ id, record }) => ({ id, record: JSON.parse(record) as CallRecord }));
  // Never within a transaction: a service across the network may be asked.
  const rated = await rateCalls(store, book, calls, rating);
  if (rated === undefined) return noteWaiting(store, calls);
  return store.write((context) => settle(context, calls, rated));
}

function isAnyWaiting(connection: SqliteConnection): boolean {
  return connection.prepare("SELECT 1 FROM rating_queue WHERE status = 'waiting' LIMIT 1").all([]).length > 0;
}

/** They stay where they are, and whoever looks sees why. */
async function noteWaiting(store: Store, calls: readonly EndedCall[]): Promise<ChargeReport> {
  const ids = JSON.stringify(calls.map(({ id }) => id));
  const reason: UnratedReason = 'rating_service';
  await sql`UPDATE rating_queue SET reason = ${reason}, tried_at_ms = ${store.clock.nowMs()}
    WHERE call_id IN (SELECT value FROM json_each(${ids})) AND reason IS NULL`.execute(store.db);
  return { charged: 0, unrated: 0 };
}

async function settle(
  context: StoreContext,
  calls: readonly EndedCall[],
  { charges, unrated }: RatedCalls,
): Promise<ChargeReport> {
  await writeCharges(context, charges, 'first');
  const charged = calls.filter(({ id }) => !unrated.has(id));
  const json = (rows: readonly unknown[]) => JSON.stringify(rows);
  const ids = json(charged.map(({ id }) => id));
  await sql`DELETE FROM rating_queue WHERE call_id IN (SELECT value FROM json_each(${ids}))`.execute(context.db);
  const waiting = json([...unrated]);
  await sql`UPDATE rating_queue SET status = 'unrated', reason = found.reason, tried_at_ms = ${context.clock.nowMs()}
    FROM (SELECT value ->> 0 AS call_id, value ->> 1 AS reason FROM json_each(${waiting})) AS found
    WHERE rating_queue.call_id = found.call_id`.execute(context.db);
  const uuids = json(calls.map(({ record }) => record.uuid));
  await sql`INSERT INTO settled_calls (call_uuid) SELECT value FROM json_each(${uuids})`.execute(context.db);
  return { charged: charged.length, unrated: unrated.size };
}

/** Nobody pays for calls: whatever waits is done with, and its records need not be read. */
async function letGoUnread(store: Store): Promise<ChargeReport> {
  const { changes } = await store.bulk((connection) =>
    connection.prepare("DELETE FROM rating_queue WHERE status = 'waiting'").run([]),
  );
  return { charged: changes, unrated: 0 };
}

/** Prices have changed: calls that had none are tried again. */
export async function retryUnrated(context: StoreContext): Promise<number> {
  const changed = { status: 'waiting', reason: null } as const;
  const rows = await context.db.updateTable('ratingQueue').set(changed).where('status', '=', 'unrated').execute();
  return Number(rows[0]?.numUpdatedRows ?? 0);
}
