import { sql } from 'kysely';
import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import type { Found, Slice } from './common.ts';

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

/** An event that was handed on before is not handed on again. */
export async function createDeliveries(context: StoreContext, rows: readonly NewDelivery[]): Promise<void> {
  for (const row of rows) {
    await context.db
      .insertInto('webhookDeliveries')
      .values({ ...row, finishedAtMs: null })
      .onConflict((conflict) => conflict.columns(['webhookId', 'outboxId']).doNothing())
      .execute();
  }
}

/** What is due at one endpoint, oldest first: of each resource only the oldest, for those arrive in order. */
export async function dueDeliveries(
  context: StoreContext,
  webhookId: number,
  limit: number,
): Promise<readonly DeliveryRow[]> {
  return (
    context.db
      .selectFrom('webhookDeliveries as d')
      .selectAll()
      .where('webhookId', '=', webhookId)
      .where(sql<boolean>`status = 'pending'`)
      // The plus keeps SQLite to the index of the endpoint: what is due elsewhere must cost nothing here.
      .where(sql<boolean>`+next_attempt_at_ms <= ${context.clock.nowMs()}`)
      .where(
        sql<boolean>`NOT EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.webhook_id = d.webhook_id
        AND e.resource = d.resource AND e.status = 'pending' AND e.id < d.id)`,
      )
      .orderBy('id')
      .limit(limit)
      .execute()
  );
}

/** Endpoints with something due now. */
export async function dueWebhooks(context: StoreContext): Promise<readonly number[]> {
  const rows = await context.db
    .selectFrom('webhookDeliveries')
    .select('webhookId')
    .distinct()
    .where(sql<boolean>`status = 'pending'`)
    .where('nextAttemptAtMs', '<=', context.clock.nowMs())
    .execute();
  return rows.map(({ webhookId }) => webhookId);
}

/** Notes what came of attempts. A delivery that was given up meanwhile stays given up. */
export async function saveAttempts(context: StoreContext, results: readonly AttemptResult[]): Promise<void> {
  for (const { delivery, status, nextAttemptAtMs, attempt } of results) {
    const attempts = delivery.attempts + 1;
    const { id: deliveryId, webhookId, accountId } = delivery;
    await context.db
      .insertInto('webhookAttempts')
      .values({ ...attempt, deliveryId, webhookId, accountId, attempt: attempts })
      .execute();
    const finishedAtMs = status === 'pending' ? null : context.clock.nowMs();
    await context.db
      .updateTable('webhookDeliveries')
      .set({ status, attempts, nextAttemptAtMs, finishedAtMs })
      .where('id', '=', deliveryId)
      .where(sql<boolean>`status = 'pending'`)
      .execute();
  }
}

/** Newest first, each with its attempts; the caller must see to it that the endpoint is visible to who asks. */
export async function listDeliveries(
  context: StoreContext,
  webhookId: number,
  slice: Slice,
): Promise<Found<StoredDelivery>> {
  const query = context.db.selectFrom('webhookDeliveries').where('webhookId', '=', webhookId);
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  let page = query.selectAll().orderBy('id', 'desc').offset(slice.offset).limit(slice.limit);
  if (slice.afterId > 0) page = page.where('id', '<', slice.afterId);
  const rows = await page.execute();
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const tries = await context.db
    .selectFrom('webhookAttempts')
    .selectAll()
    .where(sql<boolean>`delivery_id IN (SELECT value FROM json_each(${ids}))`)
    .orderBy('id')
    .execute();
  const byDelivery = Map.groupBy(tries, ({ deliveryId }) => deliveryId);
  return { total, rows: rows.map((row) => ({ ...row, tries: byDelivery.get(row.id) ?? [] })) };
}

/** Sends a finished delivery again, from the first attempt on. */
export async function replayDelivery(context: StoreContext, webhookId: number, deliveryId: number): Promise<void> {
  const now = context.clock.nowMs();
  const { numUpdatedRows } = await context.db
    .updateTable('webhookDeliveries')
    .set({ status: 'pending', nextAttemptAtMs: now, createdAtMs: now, finishedAtMs: null })
    .where('id', '=', deliveryId)
    .where('webhookId', '=', webhookId)
    .where(sql<boolean>`status <> 'pending'`)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw notFound('finished delivery');
}
