import { sql } from 'kysely';
import {
  type DidRow,
  didsById,
  type NewEntry,
  postEntries,
  type StoreContext,
  trunkUuidOf,
  updateDid,
} from '../../tenancy/index.ts';
import { creditOf } from '../terms/index.ts';
import { nextMonthly } from './next-month.ts';
import type { RenewalClocks } from './renewal-clocks.ts';

export interface Renewal {
  readonly accountId: number;
  /** Numbers of that account, in one currency; one that was moved meanwhile waits for the next run. */
  readonly ids: readonly number[];
  /** What calls hold of the wallet, micro-units. */
  readonly heldMicros: number;
  readonly clocks: RenewalClocks;
}

type DueDid = DidRow & { readonly renewsAtMs: number };

/**
 * Charges the next month of each number that is still due, all or none. Call it within `store.write`.
 * @returns the date up to which each was paid now
 * @throws TenancyError `insufficient_balance`
 */
export async function renewNumbers(
  context: StoreContext,
  { accountId, ids, heldMicros, clocks }: Renewal,
): Promise<ReadonlyMap<number, number>> {
  const nowMs = context.clock.nowMs();
  const found = (await didsById(context, ids)).filter((did) => did.accountId === accountId);
  const dids = found.filter((did): did is DueDid => isDue(did, nowMs));
  const creditMicros = (await creditOf(context, accountId)) - heldMicros;
  const entries: NewEntry[] = [];
  for (const did of dids) if (did.monthlyRateMicros > 0) entries.push(await chargeOf(context, did, creditMicros));
  await postEntries(context, entries);
  const clock = await clocks.of(context, accountId);
  const dates = new Map(
    dids.map((did) => [did.id, nextMonthly(did.activatedAtMs ?? did.renewsAtMs, did.renewsAtMs, clock)]),
  );
  await setDates(context, dates);
  for (const { id, status } of dids) if (status !== 'active') await updateDid(context, id, { status: 'active' }, null);
  return dates;
}

async function chargeOf(context: StoreContext, did: DueDid, creditMicros: number): Promise<NewEntry> {
  const { id, accountId, number, monthlyRateMicros, renewsAtMs, currency } = did;
  return {
    idempotencyKey: `renewal:${id}:${renewsAtMs}`,
    accountId,
    kind: 'charge',
    referenceType: 'number',
    referenceId: id,
    trunkUuid: await trunkUuidOf(context, did),
    note: `${number} from ${new Date(renewsAtMs).toISOString().slice(0, 10)}`,
    currency,
    creditMicros,
    postings: [
      { accountId, kind: 'wallet', amountMicros: -monthlyRateMicros },
      { accountId: null, kind: 'revenue', amountMicros: monthlyRateMicros },
    ],
  };
}

/** As a rule nothing but the date changes: there is nothing to tell and nothing to read again. */
async function setDates(context: StoreContext, dates: ReadonlyMap<number, number>): Promise<void> {
  await sql`UPDATE dids SET renews_at_ms = due.value ->> 1, reminded_days = NULL, updated_at_ms = ${context.clock.nowMs()}
    FROM json_each(${JSON.stringify([...dates])}) AS due WHERE dids.id = due.value ->> 0`.execute(context.db);
}

/** A number that the operator suspended by hand neither renews nor is released. */
export function isDue(did: DidRow, nowMs: number): did is DueDid {
  if (did.renewsAtMs === null || did.renewsAtMs > nowMs) return false;
  return did.status === 'active' || (did.status === 'suspended' && did.suspendReason === 'renewal');
}
