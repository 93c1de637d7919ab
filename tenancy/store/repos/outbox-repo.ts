import type { EventName } from '../../events/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { type Visible, within } from './common.ts';

export interface OutboxEvent {
  readonly accountId: number | null;
  readonly event: EventName;
  readonly data: object;
}

export interface OutboxRow extends OutboxEvent {
  readonly id: number;
  readonly createdAtMs: number;
}

/** Call it in the transaction of the cause: an event is told exactly when what it tells has happened. */
export async function appendOutbox(context: StoreContext, events: readonly OutboxEvent[]): Promise<void> {
  for (const { accountId, event, data } of events) {
    await context.db
      .insertInto('outbox')
      .values({
        accountId,
        event,
        payload: JSON.stringify(data),
        createdAtMs: context.clock.nowMs(),
        dispatchedAtMs: null,
      })
      .execute();
  }
}

/** Events after one, oldest first: how a program follows what happens without an endpoint of its own. */
export async function listEvents(
  context: StoreContext,
  filter: { readonly afterId: number; readonly accountId: number | undefined; readonly limit: number },
  visible: Visible,
): Promise<readonly OutboxRow[]> {
  let query = context.db
    .selectFrom('outbox')
    .select(['id', 'accountId', 'event', 'payload', 'createdAtMs'])
    .where('id', '>', filter.afterId)
    .where(within(visible, 'account_id'));
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  const rows = await query.orderBy('id').limit(filter.limit).execute();
  return rows.map(toOutboxRow);
}

/** The newest event of all, 0 without one. */
export async function newestEventId(context: StoreContext): Promise<number> {
  const row = await context.db
    .selectFrom('outbox')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  return Number(row?.id ?? 0);
}

const TELL = 'INSERT INTO outbox (account_id, event, payload, created_at_ms) VALUES (?, ?, ?, ?)';

/** The same for a transaction of plain statements (`Store.bulk`). */
export function tellEvent(connection: SqliteConnection, { accountId, event, data }: OutboxEvent, atMs: number): void {
  connection.prepare(TELL).run([accountId, event, JSON.stringify(data), atMs]);
}

/** The oldest events that nobody has taken on yet. */
export async function takeOutbox(context: StoreContext, limit: number): Promise<readonly OutboxRow[]> {
  const rows = await context.db
    .selectFrom('outbox')
    .select(['id', 'accountId', 'event', 'payload', 'createdAtMs'])
    .where('dispatchedAtMs', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toOutboxRow);
}

/** What the table holds; only catalogued events get into it. */
export function toOutboxRow({ payload, ...row }: Omit<OutboxRow, 'data' | 'event'> & StoredEvent): OutboxRow {
  return { ...row, event: row.event as EventName, data: JSON.parse(payload) as object };
}

interface StoredEvent {
  readonly event: string;
  readonly payload: string;
}

/** S1:201-212: event, time to the second, data; the very bytes of every attempt. */
export function renderEvent({ event, createdAtMs, data }: OutboxRow): string {
  const timestamp = new Date(createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return JSON.stringify({ event, timestamp, data });
}
