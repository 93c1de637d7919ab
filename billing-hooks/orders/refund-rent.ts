import { Temporal } from 'temporal-polyfill';
import { type DidRow, postEntry, type StoreContext, trunkUuidOf } from '../../tenancy/index.ts';
import { timezoneOf } from '../renewals/first-renewal.ts';

const CENT = 10_000;

/**
 * Gives back the rent of the days that a number which is released early was paid for and is not used, in whole cents,
 * rounded down. Call it within `store.write`, before the release.
 * @returns micro-units
 */
export async function refundRent(context: StoreContext, did: DidRow): Promise<number> {
  const { id, accountId, number, orderItemId, status, renewsAtMs, monthlyRateMicros, currency } = did;
  const nowMs = context.clock.nowMs();
  // What nobody ordered was not paid, and of a number that waits for its rent nothing is left.
  if (orderItemId === null || status !== 'active' || renewsAtMs === null || renewsAtMs <= nowMs) return 0;
  const until = Temporal.Instant.fromEpochMilliseconds(renewsAtMs).toZonedDateTimeISO(
    await timezoneOf(context, accountId),
  );
  const paidMs = renewsAtMs - until.subtract({ months: 1 }).epochMilliseconds;
  const unusedDays = Math.floor((renewsAtMs - nowMs) / DAY_MS);
  const share = Math.min(1, (unusedDays * DAY_MS) / paidMs);
  const amountMicros = Math.floor((monthlyRateMicros * share) / CENT) * CENT;
  if (amountMicros <= 0) return 0;
  await postEntry(context, {
    idempotencyKey: `release:${id}:${renewsAtMs}`,
    accountId,
    kind: 'refund',
    referenceType: 'number',
    referenceId: id,
    trunkUuid: await trunkUuidOf(context, did),
    note: `${number} released, ${unusedDays} days unused`,
    currency,
    postings: [
      { accountId, kind: 'wallet', amountMicros },
      { accountId: null, kind: 'revenue', amountMicros: -amountMicros },
    ],
  });
  return amountMicros;
}

const DAY_MS = 86_400_000;
