import {
  getDid,
  getSubmission,
  keepDocuments,
  type Ref,
  type StoreContext,
  type SubmissionRow,
  TenancyError,
  tellOfNumber,
  updateDid,
  updateSubmission,
} from '../../tenancy/index.ts';
import { firstRenewal } from '../renewals/index.ts';
import { RETENTION } from './retention.ts';

export type Decision =
  | { readonly status: 'approved'; readonly by: string }
  | { readonly status: 'rejected'; readonly by: string; readonly reason: string };

/**
 * Decides about a submission, once: its numbers go live or wait on, its documents get their day, and the world is told,
 * all in the transaction that it is called in (F-083).
 * @throws TenancyError `not_found`, `conflict` when it was decided before
 */
export async function decideSubmission(context: StoreContext, ref: Ref, decision: Decision): Promise<SubmissionRow> {
  const submission = await getSubmission(context, ref, null);
  const { id, status } = submission;
  if (status !== 'pending') throw new TenancyError('conflict', `It was ${status} already.`);
  const now = context.clock.nowMs();
  const reason = decision.status === 'rejected' ? decision.reason : null;
  await updateSubmission(context, id, { status: decision.status, reason, decidedBy: decision.by, decidedAtMs: now });
  await setDeletion(context, submission);
  for (const { id: didId } of submission.numbers) await tell(context, submission, didId, decision);
  return getSubmission(context, id, null);
}

/** A document that another submission waits for stays; after that the longest of its days counts. */
async function setDeletion(context: StoreContext, { documents }: SubmissionRow): Promise<void> {
  for (const { id } of documents) {
    const uses = await context.db
      .selectFrom('regulatorySubmissionDocuments as l')
      .innerJoin('regulatorySubmissions as s', 's.id', 'l.submissionId')
      .select(['s.status', 's.decidedAtMs'])
      .where('l.documentId', '=', id)
      .execute();
    if (uses.some(({ status }) => status === 'pending')) continue;
    const days = uses.map(
      ({ status, decidedAtMs }) =>
        (decidedAtMs ?? 0) + (status === 'approved' ? RETENTION.approvedMs : RETENTION.rejectedMs),
    );
    await keepDocuments(context, [id], Math.max(...days));
  }
}

async function tell(
  context: StoreContext,
  submission: SubmissionRow,
  didId: number,
  decision: Decision,
): Promise<void> {
  const did = await getDid(context, didId, null).catch(() => undefined);
  // Given back meanwhile, or moved to somebody whose documents these are not.
  if (did === undefined || did.accountId !== submission.accountId) return;
  const told = { submission_id: submission.id };
  if (decision.status === 'rejected')
    return tellOfNumber(context, 'regulatory.rejected', did, { ...told, reason: decision.reason });
  await tellOfNumber(context, 'regulatory.approved', did, told);
  if (did.status !== 'pending_regulatory') return;
  const renewsAtMs =
    did.orderItemId === null ? null : await firstRenewal(context, did.accountId, context.clock.nowMs());
  await updateDid(context, didId, { status: 'active', renewsAtMs }, null);
}
