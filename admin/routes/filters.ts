import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { targetAccount } from '../target-account.ts';

/** Part of what the rows are called by; says what that is. */
export function searchBy(description: string) {
  return { search: Type.Optional(Type.String({ minLength: 1, maxLength: 120, description })) };
}

export const ACCOUNT_FILTER = { account_id: Type.Optional(Type.String({ maxLength: 64 })) };

/** `?account_id=` narrows a list to one of the accounts that may be seen. @throws {ApiError} 404 otherwise. */
export async function accountFilter(
  deps: AdminDeps,
  principal: Principal,
  named: string | undefined,
): Promise<{ readonly accountId?: number }> {
  if (named === undefined) return {};
  return { accountId: (await targetAccount(deps, principal, named)).id };
}
