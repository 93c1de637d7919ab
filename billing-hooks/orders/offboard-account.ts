import {
  EVERYTHING,
  listAccounts,
  listDids,
  listWallets,
  type Store,
  TenancyError,
  updateAccount,
  type WalletBalance,
  writeAudit,
} from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { type CostRow, listCosts } from '../renewals/index.ts';
import { refundRent } from './refund-rent.ts';
import { releaseNumber } from './release-number.ts';

/** What is left to say of an account that has gone. */
export interface OffboardReport {
  readonly accountId: number;
  /** Numbers that were given back. */
  readonly released: readonly string[];
  /** What is left in its wallets. */
  readonly wallets: readonly WalletBalance[];
  /** Rent of unused days that was given back. */
  readonly refundedMicros: number;
  /** All that it was ever charged, by trunk. */
  readonly costs: readonly CostRow[];
  /** Calls that have ended and are not charged yet. */
  readonly callsToCharge: number;
}

export interface LeavingShop {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  /** Whether unused days of its numbers are given back. @default false */
  readonly refundsRent?: boolean;
}

/**
 * Closes an account for good: its calls end as soon as SIP knows, its numbers go back. Done again, it reports again.
 * @throws TenancyError `conflict` while there are accounts below it
 */
export async function offboardAccount(
  { store, carrier, refundsRent = false }: LeavingShop,
  accountId: number,
  actor: string,
): Promise<OffboardReport> {
  const gone = await store.write(async (context) => {
    const { rows: children } = await listAccounts(context, { parentId: accountId }, EVERYTHING, null);
    if (children.some(({ status }) => status !== 'closed'))
      throw new TenancyError('conflict', 'There are accounts below this one: close them first.');
    await updateAccount(context, accountId, { status: 'closed' }, null);
    const { rows } = await listDids(context, { accountId }, EVERYTHING, null);
    let refundedMicros = 0;
    for (const row of rows) {
      if (refundsRent) refundedMicros += await refundRent(context, row);
      await releaseNumber(context, carrier, row.id, null);
    }
    const numbers = rows.map(({ number }) => number);
    const entry = { actor, action: 'offboard', resource: 'account', resourceId: String(accountId), accountId };
    await writeAudit(context, { ...entry, before: null, after: { released: numbers, refundedMicros } });
    return { released: numbers, refundedMicros };
  });
  return report(store, accountId, gone);
}

async function report(
  store: Store,
  accountId: number,
  gone: Pick<OffboardReport, 'released' | 'refundedMicros'>,
): Promise<OffboardReport> {
  const waiting = await store.db
    .selectFrom('ratingQueue')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow();
  const toMs = store.clock.nowMs() + 1;
  return {
    accountId,
    ...gone,
    wallets: await listWallets(store, accountId),
    costs: await listCosts(store, { accountId, groupBy: 'trunk', fromMs: 0, toMs }),
    callsToCharge: waiting.count,
  };
}
