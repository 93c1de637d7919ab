import {
  authenticateKey,
  createKey,
  findKey,
  type KeyRow,
  listKeys,
  revokeKey,
  type Store,
  touchKey,
} from '../../tenancy/index.ts';
import type { KeyStore } from '../stores.ts';
import { audited } from './audited.ts';

const RESOURCE = 'api_key';
/** How exact `last_used_at` is (ms): a write for each request would be too many. */
const TOUCH_EVERY_MS = 60_000;

/** API keys over the store; revoked ones are gone for everybody. */
export function createKeyStore(store: Store): KeyStore {
  return {
    findByToken: async (token) => {
      const key = await authenticateKey(store, token);
      if (key !== undefined) await noteUse(store, key);
      return key;
    },
    list: (visible, slice, filter) => listKeys(store, filter, slice, visible),
    find: (visible, ref) => findKey(store, ref, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const { row, key } = await createKey(context, fields);
        const { accountId, uuid } = row;
        return { result: { key: row, secret: key }, accountId, resourceId: uuid, before: null, after: row };
      }),
    rotate: (actor, id, untilMs) =>
      audited(store, actor, 'rotate', RESOURCE, async (context) => {
        const before = await findKey(context, id, null);
        if (before === undefined) throw new RangeError(`there is no key ${id}`);
        const { row, key } = await createKey(context, before);
        await revokeKey(context, id, null, Math.min(untilMs, before.expiresAtMs ?? untilMs));
        const { accountId, uuid } = before;
        return { result: { key: row, secret: key }, accountId, resourceId: uuid, before, after: row };
      }),
    revoke: (actor, id) =>
      audited(store, actor, 'revoke', RESOURCE, async (context) => {
        const row = await revokeKey(context, id, null);
        return { result: undefined, accountId: row.accountId, resourceId: row.uuid, before: row, after: null };
      }),
  };
}

async function noteUse(store: Store, key: KeyRow): Promise<void> {
  if (store.clock.nowMs() - (key.lastUsedAtMs ?? 0) > TOUCH_EVERY_MS) await touchKey(store, key.id);
}
