import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { anyOf, type Found, readSlice, type Slice, type Visible, within } from './common.ts';

export interface OrderItemRow extends Omit<Row<'orderItems'>, 'requiresRegulatory'> {
  readonly requiresRegulatory: boolean;
}

export interface OrderRow extends Row<'orders'> {
  readonly items: readonly OrderItemRow[];
}

export type NewOrderItem = Omit<OrderItemRow, 'id' | 'accountId' | 'orderId' | 'didId'>;

export interface NewOrder {
  readonly accountId: number;
  readonly currency: string;
  readonly totalMicros: number;
  /** The same key makes one order. */
  readonly idempotencyKey: string | null;
  readonly items: readonly NewOrderItem[];
}

/** Call it within `store.write`, together with what was ordered and its payment. */
export async function createOrder(context: StoreContext, order: NewOrder): Promise<OrderRow> {
  const { accountId, currency, totalMicros, idempotencyKey } = order;
  const now = context.clock.nowMs();
  const { id } = await context.db
    .insertInto('orders')
    .values({
      accountId,
      currency,
      totalMicros,
      idempotencyKey,
      status: 'completed',
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const item of order.items) {
    await context.db
      .insertInto('orderItems')
      .values({ ...item, accountId, orderId: id, didId: null, requiresRegulatory: item.requiresRegulatory ? 1 : 0 })
      .execute();
  }
  return getOrder(context, id, null);
}

/** Ties an item to the number that came of it. */
export async function linkOrderItem(context: StoreContext, itemId: number, didId: number): Promise<void> {
  await context.db.updateTable('orderItems').set({ didId }).where('id', '=', itemId).execute();
}

export async function findOrderByKey(
  context: StoreContext,
  accountId: number,
  idempotencyKey: string,
): Promise<OrderRow | undefined> {
  const row = await context.db
    .selectFrom('orders')
    .selectAll()
    .where('accountId', '=', accountId)
    .where('idempotencyKey', '=', idempotencyKey)
    .executeTakeFirst();
  return row === undefined ? undefined : (await withItems(context, [row]))[0];
}

/** @throws TenancyError `not_found`, for foreign orders as for unknown ones */
export async function getOrder(context: StoreContext, id: number, visible: Visible): Promise<OrderRow> {
  const rows = await context.db
    .selectFrom('orders')
    .selectAll()
    .where('id', '=', id)
    .where(within(visible, 'orders.account_id'))
    .execute();
  const [order] = await withItems(context, rows);
  if (order === undefined) throw notFound('order');
  return order;
}

export async function listOrders(
  context: StoreContext,
  filter: { readonly accountId?: number },
  slice: Slice,
  visible: Visible,
): Promise<Found<OrderRow>> {
  let query = context.db.selectFrom('orders').where(within(visible, 'orders.account_id'));
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: await withItems(context, rows) };
}

async function withItems(context: StoreContext, rows: readonly Row<'orders'>[]): Promise<readonly OrderRow[]> {
  const ids = rows.map(({ id }) => id);
  const items = await context.db
    .selectFrom('orderItems')
    .selectAll()
    .where(anyOf('order_items.order_id', ids))
    .orderBy('id')
    .execute();
  const byOrder = Map.groupBy(items, ({ orderId }) => orderId);
  return rows.map((row) => ({
    ...row,
    items: (byOrder.get(row.id) ?? []).map((item) => ({ ...item, requiresRegulatory: item.requiresRegulatory === 1 })),
  }));
}
