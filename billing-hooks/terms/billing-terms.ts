import type { StoreContext } from '../../tenancy/index.ts';

/** How an account pays, and what it may spend; amounts are micro-units, `null` is no cap. */
export interface BillingTerms {
  readonly mode: 'prepaid' | 'postpaid';
  /** How far below zero calls and orders may take the wallet. */
  readonly creditMicros: number;
  readonly capPerMinuteMicros: number | null;
  readonly capTrunkDayMicros: number | null;
  readonly capDayMicros: number | null;
  readonly capRollingMicros: number | null;
  /** Percent of a cap at which an alarm is told. */
  readonly alarmPercent: number;
}

const DEFAULT_TERMS: BillingTerms = {
  mode: 'prepaid',
  creditMicros: 0,
  capPerMinuteMicros: null,
  capTrunkDayMicros: null,
  capDayMicros: null,
  capRollingMicros: null,
  alarmPercent: 80,
};

export async function getTerms(context: StoreContext, accountId: number): Promise<BillingTerms> {
  const row = await context.db
    .selectFrom('billingTerms')
    .selectAll()
    .where('accountId', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) return DEFAULT_TERMS;
  const { accountId: _, ...terms } = row;
  return terms;
}

/** Call it within `store.write`; what is not named stays. */
export async function setTerms(
  context: StoreContext,
  accountId: number,
  change: Partial<BillingTerms>,
): Promise<BillingTerms> {
  const terms = { ...(await getTerms(context, accountId)), ...change };
  await context.db
    .insertInto('billingTerms')
    .values({ accountId, ...terms })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet(terms))
    .execute();
  return terms;
}

/** What a purchase may take a wallet to: the credit of prepaid accounts, anything for those who pay afterwards. */
export async function creditOf(context: StoreContext, accountId: number): Promise<number> {
  const { mode, creditMicros } = await getTerms(context, accountId);
  return mode === 'postpaid' ? Number.MAX_SAFE_INTEGER : creditMicros;
}
