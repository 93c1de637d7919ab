import { type EventName, isPrivate } from '../../events/index.ts';
import type { SecretBox } from '../../secrets/index.ts';
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
        payload: sealEvent(context.secrets, event, JSON.stringify(data)),
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
  return rows.map((row) => toOutboxRow(row, context.secrets));
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

/** The same for a transaction of plain statements (`Store.bulk`), and for events that are not private. */
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
  return rows.map((row) => toOutboxRow(row, context.secrets));
}

/** What the table holds; only catalogued events get into it. */
export function toOutboxRow(
  { payload, ...row }: Omit<OutboxRow, 'data' | 'event'> & StoredEvent,
  secrets: SecretBox,
): OutboxRow {
  const data = JSON.parse(openEvent(secrets, row.event, payload)) as object;
  return { ...row, event: row.event as EventName, data };
}

/** How a sealed text begins, which is JSON itself; the data of no event does. */
const SEALED = '{"sealed":';

/** What an event says as it is kept: sealed where people say it to each other. */
export function sealEvent(secrets: SecretBox, event: string, text: string): string {
  if (!isPrivate(event)) return text;
  return JSON.stringify({ sealed: secrets.seal(text, `event:${event}`).toString('base64') });
}

export function openEvent(secrets: SecretBox, event: string, text: string): string {
  if (!isPrivate(event) || !text.startsWith(SEALED)) return text;
  const { sealed } = JSON.parse(text) as { readonly sealed: string };
  return secrets.open(Buffer.from(sealed, 'base64'), `event:${event}`);
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
