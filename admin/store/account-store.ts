import {
  type AccountRow,
  createAccount,
  findAccount,
  getAccount,
  listAccounts,
  type Store,
  updateAccount,
  visibleFrom,
} from '../../tenancy/index.ts';
import type { AccountStore } from '../stores.ts';
import { audited, given } from './audited.ts';

const RESOURCE = 'account';

/** The account tree over the store. */
export function createAccountStore(store: Store): AccountStore {
  return {
    find: (ref) => findAccount(store, ref, null),
    subtreeIds: (id) => visibleFrom(store, id),
    chain: (id) => chainOf(store, id),
    list: (visible, slice, filter) => listAccounts(store, given(filter), slice, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const after = await createAccount(context, given(fields) as Parameters<typeof createAccount>[1]);
        return { result: after, accountId: after.id, resourceId: after.uuid, before: null, after };
      }),
    update: (actor, id, fields) =>
      audited(store, actor, 'update', RESOURCE, async (context) => {
        const before = await getAccount(context, id, null);
        const after = await updateAccount(context, id, given(fields) as object, null);
        return { result: after, accountId: id, resourceId: after.uuid, before, after };
      }),
  };
}

async function chainOf(store: Store, id: number): Promise<readonly AccountRow[]> {
  const chain: AccountRow[] = [];
  for (let next: number | null = id; next !== null; ) {
    const account: AccountRow = await getAccount(store, next, null);
    chain.push(account);
    next = account.parentId;
  }
  return chain;
}
