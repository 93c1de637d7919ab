import type { CheckedUpload, Decision, SubmissionRequest } from '../billing-hooks/index.ts';
import type { DocumentRow, Found, Ref, Slice, SubmissionRow, Visible } from './store-port.ts';

/** Documents and submissions, as the routes use them. */
export interface RegulatoryStore {
  listDocuments(visible: Visible, slice: Slice, filter: { readonly accountId?: number }): Promise<Found<DocumentRow>>;
  /** Foreign documents are answered like unknown ones. */
  getDocument(visible: Visible, ref: Ref): Promise<DocumentRow>;
  readDocument(actor: string, document: DocumentRow): Promise<Buffer>;
  upload(actor: string, accountId: number, upload: CheckedUpload): Promise<DocumentRow>;
  deleteDocument(actor: string, visible: Visible, ref: Ref): Promise<DocumentRow>;
  listSubmissions(
    visible: Visible,
    slice: Slice,
    filter: { readonly accountId?: number; readonly status?: SubmissionRow['status'] | undefined },
  ): Promise<Found<SubmissionRow>>;
  getSubmission(visible: Visible, ref: Ref): Promise<SubmissionRow>;
  /** Hands documents in and asks the carrier at once. */
  submit(actor: string, visible: Visible, request: SubmissionRequest): Promise<SubmissionRow>;
  decide(actor: string, ref: Ref, decision: Decision): Promise<SubmissionRow>;
}
