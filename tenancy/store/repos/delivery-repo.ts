import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { type Found, inSlice, type Slice } from './common.ts';
import { type OutboxRow, openEvent, renderEvent } from './outbox-repo.ts';

/** One event on its way to one endpoint. */
export type DeliveryRow = Row<'webhookDeliveries'>;

/** One try to hand it over. */
export type AttemptRow = Row<'webhookAttempts'>;

export interface StoredDelivery extends DeliveryRow {
  readonly tries: readonly AttemptRow[];
}

export type NewDelivery = Pick<
  DeliveryRow,
  'webhookId' | 'accountId' | 'outboxId' | 'event' | 'resource' | 'body' | 'nextAttemptAtMs' | 'createdAtMs'
>;

export interface AttemptResult {
  readonly delivery: DeliveryRow;
  readonly status: DeliveryRow['status'];
  readonly nextAttemptAtMs: number;
  readonly attempt: Pick<AttemptRow, 'atMs' | 'tookMs' | 'status' | 'error' | 'answer'>;
}

export interface DeliveryFilter {
  readonly status?: DeliveryRow['status'] | undefined;
  readonly event?: string | undefined;
}

/** Each with its attempts; the caller must see to it that the endpoint is visible to who asks. */
export async function listDeliveries(
  context: StoreContext,
  webhookId: number,
  slice: Slice,
  { status, event }: DeliveryFilter = {},
): Promise<Found<StoredDelivery>> {
  let query = context.db.selectFrom('webhookDeliveries').where('webhookId', '=', webhookId);
  if (status !== undefined) query = query.where('status', '=', status);
  if (event !== undefined) query = query.where('event', '=', event);
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await inSlice(query.selectAll(), slice).execute();
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const tries = await context.db
    .selectFrom('webhookAttempts')
    .selectAll()
    .where(sql<boolean>`delivery_id IN (SELECT value FROM json_each(${ids}))`)
    .orderBy('id')
    .execute();
  const byDelivery = Map.groupBy(tries, ({ deliveryId }) => deliveryId);
  const shown = (row: DeliveryRow) => ({ ...row, body: openEvent(context.secrets, row.event, row.body) });
  return { total, rows: rows.map((row) => ({ ...shown(row), tries: byDelivery.get(row.id) ?? [] })) };
}

/** Sends a finished delivery again, at once, from the first attempt on. */
export async function replayDelivery(context: StoreContext, webhookId: number, deliveryId: number): Promise<void> {
  const now = context.clock.nowMs();
  const { numUpdatedRows } = await context.db
    .updateTable('webhookDeliveries')
    .set({ status: 'pending', waits: 0, nextAttemptAtMs: now, createdAtMs: now, finishedAtMs: null })
    .where('id', '=', deliveryId)
    .where('webhookId', '=', webhookId)
    .where(sql<boolean>`status <> 'pending'`)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw notFound('finished delivery');
}

/** Goes to one endpoint alone, whatever it listens to. */
const TEST_EVENT = 'webhook.test';

/** Puts a test on the way to one endpoint. @returns the delivery's id */
export async function sendTestEvent(context: StoreContext, webhookId: number): Promise<number> {
  const { db, clock } = context;
  const now = clock.nowMs();
  const { uuid, accountId } = await db
    .selectFrom('webhooks')
    .select(['uuid', 'accountId'])
    .where('id', '=', webhookId)
    .executeTakeFirstOrThrow();
  const data = { webhook_uuid: uuid, message: 'This is a test; nothing has happened.' };
  const { id: outboxId } = await db
    .insertInto('outbox')
    .values({ accountId, event: TEST_EVENT, payload: JSON.stringify(data), createdAtMs: now, dispatchedAtMs: now })
    .returning('id')
    .executeTakeFirstOrThrow();
  const event: OutboxRow = { id: outboxId, accountId, event: TEST_EVENT, createdAtMs: now, data };
  const delivery = { webhookId, accountId, outboxId, event: TEST_EVENT, resource: `test ${outboxId}` };
  const times = { nextAttemptAtMs: now, createdAtMs: now, finishedAtMs: null };
  const { id } = await db
    .insertInto('webhookDeliveries')
    .values({ ...delivery, ...times, body: renderEvent(event) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
