import {
  createBulkJob,
  findBulkJob,
  findBulkJobByKey,
  finishBulkJob,
  forgetOldBulkJobs,
  keepBulkPassword,
  listBulkFaults,
  listBulkJobs,
  noteBulkProgress,
  type Store,
  startBulkJob,
  takeBulkPasswords,
  unfinishedBulkJobs,
} from '../../tenancy/index.ts';
import type { BulkStore } from '../bulk-store-port.ts';
import { audited } from './audited.ts';

const RESOURCE = 'bulk_job';

/** Bulk jobs over the store. */
export function createBulkStore(store: Store): BulkStore {
  return {
    create: (job) =>
      audited(store, job.actor, 'create', RESOURCE, async (context) => {
        const row = await createBulkJob(context, job);
        const { resource, action, total, dryRun } = row;
        const after = { resource, action, total, dryRun };
        return { result: row, accountId: row.accountId, resourceId: row.uuid, before: null, after };
      }),
    find: (visible, ref) => findBulkJob(store, ref, visible),
    findByKey: (actor, key) => findBulkJobByKey(store, actor, key),
    list: (visible, slice, filter) => listBulkJobs(store, filter, slice, visible),
    faults: (jobId, limit) => listBulkFaults(store, jobId, limit),
    unfinished: () => unfinishedBulkJobs(store),
    start: (id, resumed) => startBulkJob(store, id, resumed),
    progress: (id, counts, faults) => noteBulkProgress(store, id, counts, faults),
    finish: (id, state) => finishBulkJob(store, id, state),
    keepPassword: (password) => keepBulkPassword(store, password),
    takePasswords: (actor, job) =>
      audited(store, actor, 'take_passwords', RESOURCE, async (context) => {
        const result = await takeBulkPasswords(context, job.id);
        const after = { passwords: result.length };
        return { result, accountId: job.accountId, resourceId: job.uuid, before: null, after };
      }),
    forgetOld: () => store.write(forgetOldBulkJobs),
  };
}
