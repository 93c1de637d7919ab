import { type DidRow, type Ref, releaseDid, type StoreContext, type Visible } from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';

/** How long a number that came back is not sold to anybody (ms): callers still mean its last holder. */
export const QUARANTINE_MS = 30 * 86_400_000;

/**
 * Gives a number back: calls to it are refused at once, and `number.released` is told. Call it within `store.write`;
 * a carrier across a network, for which no transaction can wait, is told afterwards (`CarrierReleases`).
 */
export async function releaseNumber(
  context: StoreContext,
  carrier: CarrierAdapter,
  ref: Ref,
  visible: Visible,
): Promise<DidRow> {
  const row = await releaseDid(context, ref, visible);
  const reference = (await orderReference(context, row)) ?? `release-${row.uuid}`;
  if (carrier.isRemote !== true) await carrier.release([row.number], reference);
  else {
    const { id: didId, number } = row;
    const dueAtMs = context.clock.nowMs();
    await context.db
      .insertInto('carrierReleases')
      .values({ didId, number, reference, reason: null, dueAtMs })
      .execute();
  }
  return row;
}

/** By what it was bought: the carrier knows it by that. */
async function orderReference(context: StoreContext, { orderItemId }: DidRow): Promise<string | undefined> {
  if (orderItemId === null) return undefined;
  const row = await context.db
    .selectFrom('orderItems')
    .innerJoin('carrierOrders', 'carrierOrders.orderId', 'orderItems.orderId')
    .select('carrierOrders.reference')
    .where('orderItems.id', '=', orderItemId)
    .executeTakeFirst();
  return row?.reference;
}
