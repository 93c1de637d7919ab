import {
  dueSubmissions,
  findDid,
  getDocument,
  getSubmission,
  readDocument,
  type Store,
  type SubmissionRow,
  updateSubmission,
  writeAudit,
} from '../../tenancy/index.ts';
import type { CarrierAdapter, RegulatoryVerdict } from '../inventory/index.ts';
import { decideSubmission } from './decide-submission.ts';

/** How often a carrier is asked that has not decided (ms). */
const ASK_AGAIN_MS = 15 * 60_000;
/** After a carrier that did not answer: doubled each time, to the above. */
const RETRY_MS = 15_000;
const AT_ONCE = 20;

/**
 * Hands what was submitted to the carrier, and asks how it stands with what it has; the same reference each time. The
 * carrier is never called inside a transaction.
 * @returns how many were decided
 */
export async function askCarrier(store: Store, carrier: CarrierAdapter): Promise<number> {
  let decided = 0;
  for (const submission of await dueSubmissions(store, AT_ONCE))
    if (await askAbout(store, carrier, submission)) decided += 1;
  return decided;
}

/** The same for one, as soon as it is submitted. @returns whether it is decided */
export async function askAbout(store: Store, carrier: CarrierAdapter, submission: SubmissionRow): Promise<boolean> {
  const isGone = await areGone(store, submission);
  const verdict = isGone ? GONE : await ask(store, carrier, submission).catch(() => undefined);
  return store.write(async (context) => {
    const { id, status, attempts, accountId, uuid } = await getSubmission(context, submission.id, null);
    // The operator was quicker.
    if (status !== 'pending') return false;
    const waitMs = verdict === undefined ? Math.min(ASK_AGAIN_MS, RETRY_MS * 2 ** attempts) : ASK_AGAIN_MS;
    await updateSubmission(context, id, {
      attempts: verdict === undefined ? attempts + 1 : 0,
      dueAtMs: context.clock.nowMs() + waitMs,
      ...(verdict === undefined ? {} : { carrierHasIt: 1 }),
    });
    if (verdict === undefined || verdict.status === 'pending') return false;
    const by = isGone ? 'retention' : `carrier:${carrier.name}`;
    const reason = verdict.reason ?? 'The carrier gave no reason.';
    const after = await decideSubmission(
      context,
      id,
      verdict.status === 'approved' ? { status: 'approved', by } : { status: 'rejected', by, reason },
    );
    const entry = { actor: by, action: after.status, resource: 'regulatory_submission', resourceId: uuid, accountId };
    await writeAudit(context, { ...entry, before: null, after: { status: after.status, reason: after.reason } });
    return true;
  });
}

/** Nobody waits for the documents any more, so they get their day. */
const GONE: RegulatoryVerdict = { status: 'rejected', reason: 'The numbers were given back.' };

async function areGone(store: Store, { accountId, numbers }: SubmissionRow): Promise<boolean> {
  const own = new Set([accountId]);
  for (const { id } of numbers) if ((await findDid(store, id, own)) !== undefined) return false;
  return true;
}

async function ask(store: Store, carrier: CarrierAdapter, submission: SubmissionRow): Promise<RegulatoryVerdict> {
  const documents: { readonly kind: string; readonly content: Uint8Array }[] = [];
  for (const { id, kind } of submission.documents)
    documents.push({ kind, content: await readDocument(store, await getDocument(store, id, null)) });
  const numbers = submission.numbers.map(({ number }) => number);
  return carrier.submitRegulatory({ numbers, documents, reference: submission.uuid });
}
