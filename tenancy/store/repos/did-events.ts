import type { StoreContext } from '../open-store.ts';
import type { DidRow } from './did-rows.ts';
import { appendOutbox } from './outbox-repo.ts';

/** F-080 to F-083, and a reminder of our own before a renewal. */
export type NumberEvent =
  | 'number.activated'
  | 'number.suspended'
  | 'number.released'
  | 'number.renewal_due'
  | 'regulatory.approved'
  | 'regulatory.rejected';

/** Tells of a number as S1:201-212 does; `extra` comes after the five fields of the guide. */
export async function tellOfNumber(
  context: StoreContext,
  event: NumberEvent,
  did: DidRow,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { number, country, type, accountId } = did;
  const data = {
    number,
    country,
    type,
    trunk_uuid: await trunkUuidOf(context, did),
    order_id: await orderIdOf(context, did),
    ...extra,
  };
  await appendOutbox(context, [{ accountId, event, data }]);
}

/** The trunk that the number rings now, for the record of a charge (features.md A23). */
export async function trunkUuidOf(context: StoreContext, did: DidRow): Promise<string | null> {
  const { destination } = did;
  if (destination?.kind !== 'trunk' && destination?.kind !== 'extension') return null;
  const row = await context.db
    .selectFrom('trunks')
    .select('uuid')
    .where('id', '=', destination.trunkId)
    .executeTakeFirst();
  return row?.uuid ?? null;
}

async function orderIdOf(context: StoreContext, did: DidRow): Promise<number | null> {
  if (did.orderItemId === null) return null;
  const row = await context.db
    .selectFrom('orderItems')
    .select('orderId')
    .where('id', '=', did.orderItemId)
    .executeTakeFirst();
  return row?.orderId ?? null;
}
