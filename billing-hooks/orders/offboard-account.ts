import {
  EVERYTHING,
  getBalance,
  listAccounts,
  listDids,
  type Store,
  TenancyError,
  updateAccount,
  writeAudit,
} from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { type CostRow, listCosts } from '../renewals/index.ts';
import { releaseNumber } from './release-number.ts';

/** What is left to say of an account that has gone. */
export interface OffboardReport {
  readonly accountId: number;
  /** Numbers that were given back. */
  readonly released: readonly string[];
  readonly balanceMicros: number;
  /** All that it was ever charged, by trunk. */
  readonly costs: readonly CostRow[];
  /** Calls that have ended and are not charged yet. */
  readonly callsToCharge: number;
}

/**
 * Closes an account for good: its calls end as soon as SIP knows, its numbers go back. Done again, it reports again.
 * @throws TenancyError `conflict` while there are accounts below it
 */
export async function offboardAccount(
  store: Store,
  carrier: CarrierAdapter,
  accountId: number,
  actor: string,
): Promise<OffboardReport> {
  const released = await store.write(async (context) => {
    const { rows: children } = await listAccounts(context, { parentId: accountId }, EVERYTHING, null);
    if (children.some(({ status }) => status !== 'closed'))
      throw new TenancyError('conflict', 'There are accounts below this one: close them first.');
    await updateAccount(context, accountId, { status: 'closed' }, null);
    const { rows } = await listDids(context, { accountId }, EVERYTHING, null);
    for (const { id } of rows) await releaseNumber(context, carrier, id, null);
    const numbers = rows.map(({ number }) => number);
    const entry = { actor, action: 'offboard', resource: 'account', resourceId: String(accountId), accountId };
    await writeAudit(context, { ...entry, before: null, after: { released: numbers } });
    return numbers;
  });
  return report(store, accountId, released);
}

async function report(store: Store, accountId: number, released: readonly string[]): Promise<OffboardReport> {
  const waiting = await store.db
    .selectFrom('ratingQueue')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow();
  const toMs = store.clock.nowMs() + 1;
  return {
    accountId,
    released,
    balanceMicros: await getBalance(store, accountId),
    costs: await listCosts(store, { accountId, groupBy: 'trunk', fromMs: 0, toMs }),
    callsToCharge: waiting.count,
  };
}
