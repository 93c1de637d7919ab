import {
  createGroup,
  deleteGroup,
  findGroup,
  getGroup,
  listGroups,
  type Store,
  updateGroup,
} from '../../tenancy/index.ts';
import type { GroupStore } from '../group-store-port.ts';
import { audited, given } from './audited.ts';

const RESOURCE = 'trunk_group';

/** Ordered, weighted sets of trunks: what a number rings when one PBX is not enough (A26). */
export function createGroupStore(store: Store): GroupStore {
  return {
    list: (visible, slice, filter) => listGroups(store, filter, slice, visible),
    find: (visible, ref) => findGroup(store, ref, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const after = await createGroup(context, given(fields) as Parameters<typeof createGroup>[1]);
        return { result: after, accountId: after.accountId, resourceId: after.uuid, before: null, after };
      }),
    update: (actor, id, fields) =>
      audited(store, actor, 'update', RESOURCE, async (context) => {
        const before = await getGroup(context, id, null);
        const after = await updateGroup(context, id, given(fields) as object, null);
        return { result: after, accountId: after.accountId, resourceId: after.uuid, before, after };
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', RESOURCE, async (context) => {
        const before = await deleteGroup(context, id, null);
        return { result: undefined, accountId: before.accountId, resourceId: before.uuid, before, after: null };
      }),
  };
}
