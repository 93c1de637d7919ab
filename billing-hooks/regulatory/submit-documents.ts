import {
  createDocument,
  createSubmission,
  type DidRow,
  type DocumentRow,
  findPendingSubmission,
  getDid,
  getDocument,
  keepDocuments,
  type Ref,
  type StoreContext,
  type SubmissionRow,
  TenancyError,
  type Visible,
} from '../../tenancy/index.ts';
import type { DocumentKind } from './requirement-table.ts';
import { requirementsOf } from './requirements.ts';
import { RETENTION } from './retention.ts';
import { type MediaType, sniffDocument, type Upload } from './sniff-document.ts';

/** A document whose content has been looked at. */
export interface CheckedUpload extends Upload {
  readonly kind: DocumentKind;
  readonly mediaType: MediaType;
}

/** @throws TenancyError `validation_failed` when it is not what it says */
export async function checkUpload(field: string, kind: DocumentKind, upload: Upload): Promise<CheckedUpload> {
  return { ...upload, kind, mediaType: await sniffDocument(field, upload) };
}

/** Keeps a document until it is used, at most as long as unused ones are kept. */
export function storeDocument(context: StoreContext, accountId: number, upload: CheckedUpload): Promise<DocumentRow> {
  const { kind, mediaType, name, content } = upload;
  const deletesAtMs = context.clock.nowMs() + RETENTION.unusedMs;
  return createDocument(context, { accountId, kind, mediaType, fileName: name.slice(0, 200), content, deletesAtMs });
}

export interface SubmissionRequest {
  /** Numbers that wait for documents: id, uuid or E.164. */
  readonly numbers: readonly Ref[];
  /** Documents that are there. */
  readonly documents: readonly Ref[];
  /** Documents that come with the request. */
  readonly uploads: readonly CheckedUpload[];
}

/**
 * Hands documents in for numbers. Call it within `store.write`.
 * @throws TenancyError `not_found`, `conflict`, or `validation_failed` with what is missing
 */
export async function submitDocuments(
  context: StoreContext,
  request: SubmissionRequest,
  visible: Visible,
): Promise<SubmissionRow> {
  const numbers = await findNumbers(context, request.numbers, visible);
  const accountId = numbers[0]?.accountId;
  if (accountId === undefined) throw fault('number', 'is required');
  const own = new Set([accountId]);
  const documents: DocumentRow[] = [];
  for (const ref of request.documents) documents.push(await usable(context, ref, own));
  for (const upload of request.uploads) documents.push(await storeDocument(context, accountId, upload));
  checkComplete(numbers, documents);
  const documentIds = [...new Set(documents.map(({ id }) => id))];
  const submission = await createSubmission(context, { accountId, didIds: numbers.map(({ id }) => id), documentIds });
  await keepDocuments(context, documentIds, null);
  return submission;
}

async function findNumbers(context: StoreContext, refs: readonly Ref[], visible: Visible): Promise<readonly DidRow[]> {
  const found = new Map<number, DidRow>();
  for (const ref of refs) {
    const did = await getDid(context, ref, visible);
    if (did.status !== 'pending_regulatory') throw fault('number', `${did.number} does not wait for documents`);
    const pending = await findPendingSubmission(context, did.id);
    if (pending !== undefined)
      throw new TenancyError('conflict', `number: submission ${pending} for ${did.number} waits for a decision`, {
        field: 'number',
      });
    found.set(did.id, did);
  }
  const numbers = [...found.values()];
  if (new Set(numbers.map(({ accountId }) => accountId)).size > 1)
    throw fault('number', 'the numbers belong to different accounts');
  return numbers;
}

async function usable(context: StoreContext, ref: Ref, own: Visible): Promise<DocumentRow> {
  const document = await getDocument(context, ref, own);
  if (document.deletedAtMs !== null) throw fault('documents', `document ${document.id} has been deleted`);
  return document;
}

function checkComplete(numbers: readonly DidRow[], documents: readonly DocumentRow[]): void {
  const given = new Set(documents.map(({ kind }) => kind));
  for (const { number, country, type } of numbers) {
    const missing = requirementsOf(country ?? '', type ?? 'local').kinds.filter((kind) => !given.has(kind));
    if (missing.length > 0) throw fault('documents', `for ${number} are missing: ${missing.join(', ')}`);
  }
}

function fault(field: string, problem: string): TenancyError {
  return new TenancyError('validation_failed', `${field}: ${problem}`, { field });
}
