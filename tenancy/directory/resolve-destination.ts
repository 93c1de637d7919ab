import type { AccountRecord, Destination, DidRecord } from '../../bus/index.ts';

/** Where a DID leads once defaults are followed; `account_default` never remains. */
export interface ResolvedDestination {
  readonly destination: Exclude<Destination, { readonly kind: 'account_default' }>;
  /** What named it: the DID itself, or `did_default_dest` of an account. */
  readonly from: 'did' | 'account';
  /** The account whose setting it is. */
  readonly accountId: number;
}

/**
 * features.md A27: the DID's own destination, else `did_default_dest` of its account, else of the nearest
 * ancestor that has one. `undefined` when nobody says.
 */
export function resolveDestination(did: DidRecord, chain: readonly AccountRecord[]): ResolvedDestination | undefined {
  if (did.destination !== null && did.destination.kind !== 'account_default') {
    return { destination: did.destination, from: 'did', accountId: did.accountId };
  }
  for (const account of chain) {
    const destination = account.didDefaultDest;
    if (destination === null || destination.kind === 'account_default') continue;
    return { destination, from: 'account', accountId: account.id };
  }
  return undefined;
}
