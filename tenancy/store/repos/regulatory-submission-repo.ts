import { notFound } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import { type Found, matches, type Ref, readSlice, type Slice, single, type Visible, within } from './common.ts';
import { newUuid } from './new-uuid.ts';

/** Documents handed in for numbers, and what came of it. */
export interface SubmissionRow extends Row<'regulatorySubmissions'> {
  readonly numbers: readonly { readonly id: number; readonly number: string }[];
  readonly documents: readonly { readonly id: number; readonly kind: string }[];
}

export interface NewSubmission {
  readonly accountId: number;
  readonly didIds: readonly number[];
  readonly documentIds: readonly number[];
}

/** Call it within `store.write`, together with what else happens to the documents. */
export async function createSubmission(context: StoreContext, submission: NewSubmission): Promise<SubmissionRow> {
  const { accountId, didIds, documentIds } = submission;
  const now = context.clock.nowMs();
  const { id: submissionId } = await context.db
    .insertInto('regulatorySubmissions')
    .values({
      uuid: newUuid('sub'),
      accountId,
      reason: null,
      decidedBy: null,
      dueAtMs: now,
      createdAtMs: now,
      decidedAtMs: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const didId of didIds)
    await context.db.insertInto('regulatorySubmissionNumbers').values({ submissionId, didId }).execute();
  for (const documentId of documentIds)
    await context.db.insertInto('regulatorySubmissionDocuments').values({ submissionId, documentId }).execute();
  return getSubmission(context, submissionId, null);
}

/** @throws TenancyError `not_found`, for foreign submissions as for unknown ones */
export async function getSubmission(context: StoreContext, ref: Ref, visible: Visible): Promise<SubmissionRow> {
  const query = context.db
    .selectFrom('regulatorySubmissions')
    .where(within(visible, 'regulatory_submissions.account_id'));
  const row = single(await query.selectAll().where(matches(ref, 'regulatory_submissions')).limit(2).execute());
  if (row === undefined) throw notFound('submission');
  return withParts(context, row);
}

export async function listSubmissions(
  context: StoreContext,
  filter: { readonly accountId?: number | undefined; readonly status?: SubmissionRow['status'] | undefined },
  slice: Slice,
  visible: Visible,
): Promise<Found<SubmissionRow>> {
  let query = context.db.selectFrom('regulatorySubmissions').where(within(visible, 'account_id'));
  if (filter.accountId !== undefined) query = query.where('accountId', '=', filter.accountId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  const { total, rows } = await readSlice(query, slice);
  const whole: SubmissionRow[] = [];
  for (const row of rows) whole.push(await withParts(context, row));
  return { total, rows: whole };
}

/** The submission that waits for a decision about that number. */
export async function findPendingSubmission(context: StoreContext, didId: number): Promise<number | undefined> {
  const row = await context.db
    .selectFrom('regulatorySubmissionNumbers as n')
    .innerJoin('regulatorySubmissions as s', 's.id', 'n.submissionId')
    .select('s.id')
    .where('n.didId', '=', didId)
    .where('s.status', '=', 'pending')
    .executeTakeFirst();
  return row?.id;
}

/** Those that the carrier is to be asked about now, the longest waiting first. */
export async function dueSubmissions(context: StoreContext, limit: number): Promise<readonly SubmissionRow[]> {
  const rows = await context.db
    .selectFrom('regulatorySubmissions')
    .selectAll()
    .where('status', '=', 'pending')
    .where('dueAtMs', '<=', context.clock.nowMs())
    .orderBy('dueAtMs')
    .limit(limit)
    .execute();
  const whole: SubmissionRow[] = [];
  for (const row of rows) whole.push(await withParts(context, row));
  return whole;
}

export async function updateSubmission(
  context: StoreContext,
  id: number,
  change: Partial<
    Pick<SubmissionRow, 'status' | 'reason' | 'decidedBy' | 'decidedAtMs' | 'carrierHasIt' | 'attempts' | 'dueAtMs'>
  >,
): Promise<void> {
  await context.db.updateTable('regulatorySubmissions').set(change).where('id', '=', id).execute();
}

async function withParts(context: StoreContext, row: Row<'regulatorySubmissions'>): Promise<SubmissionRow> {
  const numbers = await context.db
    .selectFrom('regulatorySubmissionNumbers as n')
    .innerJoin('dids as d', 'd.id', 'n.didId')
    .select(['d.id', 'd.number'])
    .where('n.submissionId', '=', row.id)
    .orderBy('d.id')
    .execute();
  const documents = await context.db
    .selectFrom('regulatorySubmissionDocuments as l')
    .innerJoin('regulatoryDocuments as d', 'd.id', 'l.documentId')
    .select(['d.id', 'd.kind'])
    .where('l.submissionId', '=', row.id)
    .orderBy('d.id')
    .execute();
  return { ...row, numbers, documents };
}
