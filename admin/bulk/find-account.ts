import type { AdminDeps } from '../deps.ts';
import { fieldError } from '../errors.ts';
import { canSee, type Principal } from '../principal.ts';
import type { AccountRow } from '../store-port.ts';

/** Every row of a list. */
export const ALL_ROWS = { afterId: 0, offset: 0, limit: Number.MAX_SAFE_INTEGER };

/** The account that a cell names by id, uuid or name; without one the account acted in. @throws {ApiError} */
export async function accountOf(
  deps: AdminDeps,
  principal: Principal,
  field: string,
  named: number | string | undefined,
): Promise<AccountRow> {
  const ref = named ?? principal.accountId;
  if (ref === null) throw fieldError(field, 'is required with an operator key: id, uuid or name of the account');
  const byId = /^(\d+|acc_[0-9a-f]{8,16})$/.test(String(ref)) ? await deps.store.accounts.find(ref) : undefined;
  if (byId !== undefined && canSee(principal, byId.id)) return byId;
  const { rows } = await deps.store.accounts.list(principal.visible, ALL_ROWS, { search: String(ref) });
  const fitting = rows.filter((account) => account.name === ref && account.status !== 'closed');
  const [account] = fitting;
  if (account === undefined) throw fieldError(field, `there is no account ${JSON.stringify(ref)}`);
  if (fitting.length > 1) throw fieldError(field, `there are ${fitting.length} accounts of that name: give the uuid`);
  return account;
}
