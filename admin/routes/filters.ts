import type { AdminDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { targetAccount } from '../target-account.ts';

/** `?account_id=` narrows a list to one of the accounts that may be seen. @throws {ApiError} 404 otherwise. */
export async function accountFilter(
  deps: AdminDeps,
  principal: Principal,
  named: string | undefined,
): Promise<{ readonly accountId?: number }> {
  if (named === undefined) return {};
  return { accountId: (await targetAccount(deps, principal, named)).id };
}
