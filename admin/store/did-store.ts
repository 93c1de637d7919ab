import { type CarrierAdapter, refundRent, releaseNumber } from '../../billing-hooks/index.ts';
import {
  createDid,
  type DidRow,
  didsById,
  findDid,
  getDid,
  listDids,
  type Store,
  updateDid,
} from '../../tenancy/index.ts';
import type { DidStore } from '../stores.ts';
import { audited, type Change, given } from './audited.ts';

const RESOURCE = 'number';

/** Numbers over the store. @param refundsRent whether unused days of a number that is released are given back */
export function createDidStore(store: Store, carrier: CarrierAdapter, refundsRent: boolean): DidStore {
  return {
    list: (visible, slice, { accountId, status, trunkId, assigned, search }) =>
      listDids(store, given({ accountId, status, trunkId, assigned, search }) as object, slice, visible),
    find: (visible, ref) => findDid(store, ref, visible),
    findByNumber: async (visible, number) => {
      const id = await idOfNumber(store, number);
      return id === undefined ? undefined : findDid(store, id, visible);
    },
    byIds: (ids) => didsById(store, ids),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const after = await createDid(context, given(fields) as Parameters<typeof createDid>[1]);
        return change(after, null, after);
      }),
    update: (actor, id, fields) =>
      audited(store, actor, 'update', RESOURCE, async (context) => {
        const before = await getDid(context, id, null);
        const after = await updateDid(context, id, given(fields) as object, null);
        return change(after, before, after);
      }),
    release: (actor, id) =>
      audited(store, actor, 'release', RESOURCE, async (context) => {
        if (refundsRent) await refundRent(context, await getDid(context, id, null));
        const before = await releaseNumber(context, carrier, id, null);
        return change(undefined, before, null);
      }),
  };
}

/** The number itself, or the block that it lies in. */
async function idOfNumber(store: Store, number: string): Promise<number | undefined> {
  if (!/^\+[1-9]\d{3,14}$/.test(number)) return undefined;
  const digits = Number(number.slice(1));
  const row = await store.db
    .selectFrom('dids')
    .select('id')
    .where('status', '<>', 'released')
    .where('firstNum', '<=', digits)
    .where('lastNum', '>=', digits)
    .executeTakeFirst();
  return row?.id;
}

function change<T>(result: T, before: DidRow | null, after: DidRow | null): Change<T> {
  const row = after ?? before;
  return { result, accountId: row?.accountId ?? null, resourceId: row?.uuid ?? '', before, after };
}
