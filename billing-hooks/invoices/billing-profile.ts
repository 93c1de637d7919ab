import type { StoreContext } from '../../tenancy/index.ts';

/** What an MSP adds to what a client of its costs; the first rule that fits is taken. */
export interface MarkupRule {
  readonly kind: 'number' | 'order' | 'call' | 'message' | 'all';
  /** Percent on top; negative is a discount. */
  readonly percent: number;
  /** On top of each unit: a number, a call (micro-units). */
  readonly perUnitMicros: number;
}

/** Who an account is on paper, as issuer and as customer. */
export interface BillingProfile {
  readonly legalName: string | null;
  readonly address: readonly string[];
  readonly taxId: string | null;
  /** `VAT`, `MwSt.`. */
  readonly taxLabel: string;
  /** Hundredths of a percent that this account adds to what it sells: 2100 is 21 %. */
  readonly taxRate: number;
  /** Whether what is charged to wallets has the tax in it; otherwise the invoice charges it. */
  readonly taxIncluded: boolean;
  /** `#rrggbb` of headings: the brand's. */
  readonly color: string;
  /** At the foot of every invoice. */
  readonly footer: string;
  readonly markup: readonly MarkupRule[];
}

const DEFAULT_PROFILE: BillingProfile = {
  legalName: null,
  address: [],
  taxId: null,
  taxLabel: 'VAT',
  taxRate: 0,
  taxIncluded: false,
  color: '#1f2937',
  footer: '',
  markup: [],
};

/** @param accountId `null`: the platform's own */
export async function getProfile(context: StoreContext, accountId: number | null): Promise<BillingProfile> {
  const row = await context.db
    .selectFrom('billingProfiles')
    .select('profile')
    .where('accountId', '=', accountId ?? 0)
    .executeTakeFirst();
  return row === undefined ? DEFAULT_PROFILE : { ...DEFAULT_PROFILE, ...(JSON.parse(row.profile) as BillingProfile) };
}

/** Call it within `store.write`; what is not named stays. */
export async function setProfile(
  context: StoreContext,
  accountId: number | null,
  change: Partial<BillingProfile>,
): Promise<BillingProfile> {
  const after = { ...(await getProfile(context, accountId)), ...change };
  const profile = JSON.stringify(after);
  await context.db
    .insertInto('billingProfiles')
    .values({ accountId: accountId ?? 0, profile })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet({ profile }))
    .execute();
  return after;
}
