import { Type } from 'typebox';
import { setOf } from '../closed-sets.ts';
import { API_ERRORS, type ApiErrorCode } from '../errors.ts';
import { isoTime, nullable } from '../shapes.ts';
import type { BulkCounts, BulkFault, BulkJobRow } from '../store-port.ts';

const RESOURCE = setOf<BulkJobRow['resource']>({ trunks: true, dids: true, accounts: true });
const ACTION = setOf<BulkJobRow['action']>({ import: true, delete: true, regenerate: true });
export const ON_EXISTING = setOf<BulkJobRow['onExisting']>({ fail: true, skip: true, update: true });
const STATE = setOf<BulkJobRow['state']>(
  { queued: true, running: true, done: true, failed: true },
  { description: 'failed: the log has the cause.' },
);

export const BULK_JOB_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer()),
  resource: RESOURCE,
  action: ACTION,
  on_existing: ON_EXISTING,
  dry_run: Type.Boolean({ description: 'Everything was tried and rolled back.' }),
  state: STATE,
  total: Type.Integer({ description: 'Rows.' }),
  done: Type.Integer({ description: 'Rows finished, faulty ones included.' }),
  created: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  faulty: Type.Integer({ description: 'Rows of which nothing was done; see faults.' }),
  resumed: Type.Integer({ description: 'How often a restart interrupted it; it went on where it was.' }),
  created_at: Type.String(),
  started_at: nullable(Type.String()),
  finished_at: nullable(Type.String()),
});

export const BULK_FAULT_SHAPE = Type.Object({
  row: Type.Integer({ description: 'From 1, without the header.' }),
  line: nullable(Type.Integer({ description: 'In the CSV file, from 1.' })),
  field: nullable(Type.String()),
  code: Type.String(),
  problem: Type.String(),
  remedy: Type.String(),
});

export function bulkJobView(job: BulkJobRow, live: BulkCounts | undefined) {
  const { done, created, changed, unchanged, faulty } = live ?? job;
  return {
    id: job.id,
    uuid: job.uuid,
    account_id: job.accountId,
    resource: job.resource,
    action: job.action,
    on_existing: job.onExisting,
    dry_run: job.dryRun,
    state: job.state,
    total: job.total,
    done,
    created,
    changed,
    unchanged,
    faulty,
    resumed: job.resumed,
    created_at: isoTime(job.createdAtMs),
    started_at: isoTime(job.startedAtMs),
    finished_at: isoTime(job.finishedAtMs),
  };
}

export function bulkFaultView({ rowNumber, line, field, code, problem }: BulkFault) {
  return { row: rowNumber, line, field, code, problem, remedy: API_ERRORS[code as ApiErrorCode]?.remedy ?? '' };
}
