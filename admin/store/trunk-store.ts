import {
  createTrunk,
  deleteTrunk,
  findTrunk,
  getTrunk,
  listTrunks,
  regenerateCredentials,
  type Store,
  type TrunkRow,
  updateTrunk,
} from '../../tenancy/index.ts';
import type { TrunkStore } from '../stores.ts';
import { audited, type Change, given } from './audited.ts';

const RESOURCE = 'sip_trunk';

/** Trunks over the store, every write with its audit entry. */
export function createTrunkStore(store: Store): TrunkStore {
  return {
    list: (visible, slice, { accountId, status, search, name, kind }) =>
      listTrunks(store, given({ accountId, status, search, name, kind }) as object, slice, visible),
    find: (visible, ref) => findTrunk(store, ref, visible),
    findByIdentity: async (visible, username, realm) => {
      const row = await store.db
        .selectFrom('trunks')
        .select('id')
        .where('username', '=', username)
        .where('realm', '=', realm)
        .where('status', '<>', 'deleted')
        .executeTakeFirst();
      return row === undefined ? undefined : findTrunk(store, row.id, visible);
    },
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const { trunk, password } = await createTrunk(context, given(fields) as Parameters<typeof createTrunk>[1]);
        return change({ trunk, password: trunk.authType === 'ip' ? null : password }, null, trunk);
      }),
    update: (actor, id, fields) =>
      audited(store, actor, 'update', RESOURCE, async (context) => {
        const before = await getTrunk(context, id, null);
        const after = await updateTrunk(context, id, given(fields) as object, null);
        return change(after, before, after);
      }),
    regenerate: (actor, id, { rotateUsername, overlapSec }) =>
      audited(store, actor, 'regenerate_credentials', RESOURCE, async (context) => {
        const before = await getTrunk(context, id, null);
        const made = await regenerateCredentials(context, id, { rotateUsername, overlapSec }, null);
        return change(made, before, made.trunk);
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', RESOURCE, async (context) => {
        const before = await deleteTrunk(context, id, null);
        return change(undefined, before, null);
      }),
  };
}

function change<T>(result: T, before: TrunkRow | null, after: TrunkRow | null): Change<T> {
  const row = after ?? before;
  return { result, accountId: row?.accountId ?? null, resourceId: row?.uuid ?? '', before, after };
}
