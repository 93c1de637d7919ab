import { DEFAULT_CURRENCY, type StoreContext } from '../../tenancy/index.ts';

/** How a wallet is filled by itself (F-130); amounts are micro-units. */
export interface WalletFunding {
  /** `notice`: it is told that the wallet runs low, and nothing is done. */
  readonly source: 'notice' | 'payment' | 'service';
  /** Below it the wallet is filled. */
  readonly thresholdMicros: number;
  readonly amountMicros: number;
  /** How often a day, by the account's calendar. */
  readonly mostPerDay: number;
  /** How far below zero calls may go while the service does not answer. */
  readonly downCreditMicros: number;
}

/** How that wallet of an account is filled; `undefined`: nobody fills it. Who may ask is decided before. */
export async function getFunding(
  context: StoreContext,
  accountId: number,
  currency: string = DEFAULT_CURRENCY,
): Promise<WalletFunding | undefined> {
  return context.db
    .selectFrom('walletFunding')
    .select(['source', 'thresholdMicros', 'amountMicros', 'mostPerDay', 'downCreditMicros'])
    .where('accountId', '=', accountId)
    .where('currency', '=', currency)
    .executeTakeFirst();
}

/** Call it within `store.write`. @param funding `null`: it is no longer filled */
export async function setFunding(
  context: StoreContext,
  accountId: number,
  funding: WalletFunding | null,
  currency: string = DEFAULT_CURRENCY,
): Promise<void> {
  if (funding === null) {
    await context.db
      .deleteFrom('walletFunding')
      .where('accountId', '=', accountId)
      .where('currency', '=', currency)
      .execute();
    return;
  }
  const row = { ...funding, isArmed: 1, downSinceMs: null };
  await context.db
    .insertInto('walletFunding')
    .values({ accountId, currency, ...row })
    .onConflict((conflict) => conflict.columns(['accountId', 'currency']).doUpdateSet(row))
    .execute();
}
