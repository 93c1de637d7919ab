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
  if (carrier.isRemote === true) return row;
  const { reference } = await context.db
    .deleteFrom('carrierReleases')
    .where('didId', '=', row.id)
    .returning('reference')
    .executeTakeFirstOrThrow();
  await carrier.release([row.number], reference);
  return row;
}
