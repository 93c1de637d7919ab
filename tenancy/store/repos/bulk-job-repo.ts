import { sql } from 'kysely';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { type Found, matches, type Ref, readSlice, type Slice, single, type Visible, within } from './common.ts';
import { newUuid } from './new-uuid.ts';

/** Long work on many rows (F-006): what is asked for, and how far it has come. */
export type BulkJobRow = Omit<Row<'bulkJobs'>, 'inputSealed' | 'isOperator' | 'dryRun'> & {
  readonly isOperator: boolean;
  readonly dryRun: boolean;
};

export interface NewBulkJob
  extends Pick<
    BulkJobRow,
    | 'accountId'
    | 'actor'
    | 'isOperator'
    | 'resource'
    | 'action'
    | 'onExisting'
    | 'dryRun'
    | 'idempotencyKey'
    | 'fingerprint'
    | 'total'
  > {
  /** Kept sealed until the job has ended. */
  readonly input: string;
}

/** How many rows ended how. */
export type BulkCounts = Pick<BulkJobRow, 'done' | 'created' | 'changed' | 'unchanged' | 'faulty'>;

export interface BulkFault {
  /** From 1. */
  readonly rowNumber: number;
  /** In the CSV file, from 1. */
  readonly line: number | null;
  readonly field: string | null;
  readonly code: string;
  readonly problem: string;
}

/** Ended jobs are kept so long. */
const KEPT_MS = 30 * 86_400_000;
/** Passwords that nobody has collected are kept so long. */
const PASSWORDS_KEPT_MS = 86_400_000;

export async function createBulkJob(context: StoreContext, { input, ...fields }: NewBulkJob): Promise<BulkJobRow> {
  const uuid = newUuid('job');
  const row = await context.db
    .insertInto('bulkJobs')
    .values({
      ...fields,
      uuid,
      isOperator: fields.isOperator ? 1 : 0,
      dryRun: fields.dryRun ? 1 : 0,
      inputSealed: context.secrets.seal(input, `${uuid} input`),
      createdAtMs: context.clock.nowMs(),
      startedAtMs: null,
      finishedAtMs: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toRow(row);
}

export async function findBulkJob(context: StoreContext, ref: Ref, visible: Visible): Promise<BulkJobRow | undefined> {
  const query = context.db.selectFrom('bulkJobs').where(within(visible, 'bulk_jobs.account_id'));
  const rows = await query.selectAll().where(matches(ref, 'bulk_jobs')).limit(2).execute();
  return single(rows.map(toRow));
}

/** The job that the same caller started with that Idempotency-Key, also before a restart. */
export async function findBulkJobByKey(
  context: StoreContext,
  actor: string,
  idempotencyKey: string,
): Promise<BulkJobRow | undefined> {
  const query = context.db.selectFrom('bulkJobs').where('actor', '=', actor);
  const row = await query.selectAll().where('idempotencyKey', '=', idempotencyKey).executeTakeFirst();
  return row === undefined ? undefined : toRow(row);
}

export async function listBulkJobs(
  context: StoreContext,
  filter: { readonly resource: BulkJobRow['resource'] },
  slice: Slice,
  visible: Visible,
): Promise<Found<BulkJobRow>> {
  const query = context.db
    .selectFrom('bulkJobs')
    .where(within(visible, 'bulk_jobs.account_id'))
    .where('resource', '=', filter.resource);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toRow) };
}

/** Jobs that a process which is gone has left behind. */
export async function unfinishedBulkJobs(context: StoreContext): Promise<readonly BulkJobRow[]> {
  const query = context.db.selectFrom('bulkJobs').where(sql<boolean>`state IN ('queued', 'running')`);
  return (await query.selectAll().orderBy('id').execute()).map(toRow);
}

/** Notes that work begins; `resumed` when it does so again. @returns what was sent */
export async function startBulkJob(context: StoreContext, id: number, resumed: boolean): Promise<string> {
  const now = context.clock.nowMs();
  const row = await context.db.selectFrom('bulkJobs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  await context.db
    .updateTable('bulkJobs')
    .set({ state: 'running', startedAtMs: row.startedAtMs ?? now, resumed: row.resumed + (resumed ? 1 : 0) })
    .where('id', '=', id)
    .execute();
  return row.inputSealed === null ? '[]' : context.secrets.open(row.inputSealed, `${row.uuid} input`);
}

/** Notes how far it has come; call it in the transaction that did the rows, so that none is done twice. */
export async function noteBulkProgress(
  context: StoreContext,
  id: number,
  counts: BulkCounts,
  faults: readonly BulkFault[],
): Promise<void> {
  await context.db.updateTable('bulkJobs').set(counts).where('id', '=', id).execute();
  for (const fault of faults) {
    await context.db
      .insertInto('bulkJobFaults')
      .values({ jobId: id, ...fault })
      .execute();
  }
}

/** The end of a job; what was sent is forgotten. */
export async function finishBulkJob(context: StoreContext, id: number, state: 'done' | 'failed'): Promise<void> {
  await context.db
    .updateTable('bulkJobs')
    .set({ state, inputSealed: null, finishedAtMs: context.clock.nowMs() })
    .where('id', '=', id)
    .execute();
}

export async function listBulkFaults(context: StoreContext, jobId: number, limit: number): Promise<BulkFault[]> {
  const query = context.db.selectFrom('bulkJobFaults').where('jobId', '=', jobId);
  const columns = ['rowNumber', 'line', 'field', 'code', 'problem'] as const;
  return query.select(columns).orderBy('id').limit(limit).execute();
}

export async function keepBulkPassword(
  context: StoreContext,
  password: {
    readonly jobId: number;
    readonly rowNumber: number;
    readonly trunkId: number;
    readonly password: string;
  },
): Promise<void> {
  const { jobId, rowNumber, trunkId } = password;
  const passwordSealed = context.secrets.seal(password.password, passwordContext(jobId, trunkId));
  await context.db.insertInto('bulkJobPasswords').values({ jobId, rowNumber, trunkId, passwordSealed }).execute();
}

export interface BulkPassword {
  readonly rowNumber: number;
  readonly trunkId: number;
  readonly password: string;
}

/** Hands out the passwords that a job has made, once: after that nobody has them. Call it within `store.write`. */
export async function takeBulkPasswords(context: StoreContext, jobId: number): Promise<readonly BulkPassword[]> {
  const query = context.db.selectFrom('bulkJobPasswords').where('jobId', '=', jobId);
  const rows = await query.selectAll().orderBy('id').execute();
  await context.db.deleteFrom('bulkJobPasswords').where('jobId', '=', jobId).execute();
  return rows.map(({ rowNumber, trunkId, passwordSealed }) => ({
    rowNumber,
    trunkId,
    password: context.secrets.open(passwordSealed, passwordContext(jobId, trunkId)),
  }));
}

/** Old jobs go, and passwords that nobody has collected for a day. */
export async function forgetOldBulkJobs(context: StoreContext): Promise<void> {
  const now = context.clock.nowMs();
  const old = context.db.selectFrom('bulkJobs').select('id');
  await context.db
    .deleteFrom('bulkJobPasswords')
    .where('jobId', 'in', old.where('finishedAtMs', '<', now - PASSWORDS_KEPT_MS))
    .execute();
  await context.db
    .deleteFrom('bulkJobs')
    .where('finishedAtMs', '<', now - KEPT_MS)
    .execute();
}

function passwordContext(jobId: number, trunkId: number): string {
  return `bulk password ${jobId} ${trunkId}`;
}

function toRow(row: Row<'bulkJobs'>): BulkJobRow {
  const { inputSealed, ...rest } = row;
  return { ...rest, isOperator: row.isOperator === 1, dryRun: row.dryRun === 1 };
}
