import {
  countWaitingRecords,
  createRecordStream,
  deleteRecordStream,
  getRecordStream,
  listRecordStreams,
  type Store,
  updateRecordStream,
} from '../../tenancy/index.ts';
import type { RecordStreamStore } from '../record-stream-store-port.ts';
import { audited, given } from './audited.ts';

const RESOURCE = 'record_stream';

/** Record streams, with every change in the audit log. */
export function createRecordStreamStore(store: Store): RecordStreamStore {
  return {
    list: (visible, slice, { accountId }) => listRecordStreams(store, given({ accountId }) as object, slice, visible),
    get: (visible, ref) => getRecordStream(store, ref, visible),
    create: (actor, fields) =>
      audited(store, actor, 'create', RESOURCE, async (context) => {
        const made = await createRecordStream(context, fields);
        const { accountId, uuid } = made.row;
        return { result: made, accountId, resourceId: uuid, before: null, after: made.row };
      }),
    update: (actor, before, change) =>
      audited(store, actor, 'update', RESOURCE, async (context) => {
        const after = await updateRecordStream(context, before.id, change);
        return { result: after, accountId: after.accountId, resourceId: after.uuid, before, after };
      }),
    remove: (actor, id) =>
      audited(store, actor, 'delete', RESOURCE, async (context) => {
        const before = await deleteRecordStream(context, String(id), null);
        return { result: undefined, accountId: before.accountId, resourceId: before.uuid, before, after: null };
      }),
    waiting: (streams) => store.read((connection) => countWaitingRecords(connection, streams)),
  };
}
