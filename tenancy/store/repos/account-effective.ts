import type { AccountRow } from './account-repo.ts';

/** A value and the account that sets it; `fromAccountId` is `null` when nobody does. */
export interface Effective<T> {
  readonly value: T | null;
  readonly fromAccountId: number | null;
}

const INHERITED = [
  'brandName',
  'brandDomain',
  'timezone',
  'language',
  'voiceGender',
  'defaultCidNumber',
  'didDefaultDest',
  'maxIn',
  'maxOut',
  'maxDialer',
  'country',
] as const satisfies readonly (keyof AccountRow)[];

type Inherited = (typeof INHERITED)[number];

export type EffectiveAccount = { readonly [Field in Inherited]: Effective<AccountRow[Field]> };

/**
 * F-014: what holds for an account once its ancestors are asked, and which of them says so. Ceilings are the
 * account's own limit; those of the ancestors apply on top (A14).
 * @param chain the account itself first, then up to the root
 */
export function resolveEffective(chain: readonly AccountRow[]): EffectiveAccount {
  const resolved = INHERITED.map((field) => {
    const source = chain.find((account) => isSet(account[field]));
    return [field, { value: source?.[field] ?? null, fromAccountId: source?.id ?? null }];
  });
  return Object.fromEntries(resolved) as EffectiveAccount;
}

function isSet(value: AccountRow[Inherited]): boolean {
  if (value === null) return false;
  return typeof value !== 'object' || value.kind !== 'account_default';
}
