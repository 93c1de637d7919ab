import {
  createDid,
  type DidRow,
  getDid,
  linkOrderItem,
  type OrderItemRow,
  type StoreContext,
  tellOfNumber,
  updateDid,
} from '../../tenancy/index.ts';
import { firstRenewal } from '../renewals/index.ts';
import { type Line, taken } from './order-lines.ts';

/** A number that needs documents waits for them; its first month begins when it goes live. */
export async function provision(context: StoreContext, item: OrderItemRow, { offer, held }: Line): Promise<void> {
  const { accountId } = item;
  const now = context.clock.nowMs();
  const status = item.status as DidRow['status'];
  const renewsAtMs = status === 'active' ? await firstRenewal(context, accountId, now) : null;
  if (held !== undefined) {
    // Taken again inside the transaction: another order may have been quicker.
    if ((await getDid(context, held.id, new Set([accountId]))).orderItemId !== null) throw taken(offer.number);
    await updateDid(context, held.id, { orderItemId: item.id, renewsAtMs }, null);
    return linkOrderItem(context, item.id, held.id);
  }
  const { number, country, type, city, smsEnabled, setupFeeMicros, monthlyRateMicros, currency } = offer;
  const did = await createDid(context, {
    ...{ accountId, number, country, type, city, smsEnabled, setupFeeMicros, monthlyRateMicros, currency, status },
    requiresRegulatory: offer.requiresRegulatory,
    orderItemId: item.id,
    activatedAtMs: status === 'active' ? now : null,
    renewsAtMs,
  });
  await linkOrderItem(context, item.id, did.id);
  if (status === 'active') await tellOfNumber(context, 'number.activated', did);
}
