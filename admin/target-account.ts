import type { AdminDeps } from './deps.ts';
import { fieldError, notFound } from './errors.ts';
import { canSee, type Principal } from './principal.ts';
import type { AccountRow } from './store-port.ts';

/**
 * The account that a request is about: the one it names, else the one acted in.
 * @throws {ApiError} 404 when it may not be seen, 422 when an operator names none.
 */
export async function targetAccount(
  deps: AdminDeps,
  principal: Principal,
  named: number | string | undefined,
): Promise<AccountRow> {
  const ref = named ?? principal.accountId;
  if (ref === null) throw fieldError('account_id', 'is required with an operator key');
  const account = await deps.store.accounts.find(ref);
  if (account === undefined || !canSee(principal, account.id)) throw notFound('account');
  return account;
}
