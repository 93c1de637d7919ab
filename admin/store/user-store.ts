import {
  createUser,
  deleteUser,
  findUser,
  listUsers,
  type Store,
  type UserRow,
  updateUser,
} from '../../tenancy/index.ts';
import type { UserStore } from '../user-store-port.ts';
import { audited, type Change, given } from './audited.ts';

const RESOURCE = 'user';

/** People over the store. */
export function createUserStore(store: Store): UserStore {
  return {
    list: (visible, slice, filter) => listUsers(store, slice, visible, filter),
    find: (visible, ref) => findUser(store, ref, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const after = await createUser(context, fields);
        return change(after, null, after);
      }),
    update: (actor, id, patch) =>
      audited(store, actor, 'update', RESOURCE, async (context) => {
        const before = await findUser(context, id, null);
        const after = await updateUser(context, id, given(patch), null);
        return change(after, before ?? null, after);
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', RESOURCE, async (context) => {
        const before = await deleteUser(context, id, null);
        return change(undefined, before, null);
      }),
  };
}

function change<T>(result: T, before: UserRow | null, after: UserRow | null): Change<T> {
  const row = after ?? before;
  return { result, accountId: row?.accountId ?? null, resourceId: row?.uuid ?? '', before, after };
}
