import {
  askAbout,
  type CarrierAdapter,
  decideSubmission,
  storeDocument,
  submitDocuments,
} from '../../billing-hooks/index.ts';
import {
  deleteDocument,
  getDocument,
  getSubmission,
  listDocuments,
  listSubmissions,
  readDocument,
  type Store,
  type SubmissionRow,
  writeAudit,
} from '../../tenancy/index.ts';
import type { RegulatoryStore } from '../regulatory-store-port.ts';
import { audited } from './audited.ts';

/** Documents and submissions over the store; each write, and each look into a document, with its audit entry. */
export function createRegulatoryStore(store: Store, carrier: CarrierAdapter): RegulatoryStore {
  const document = 'regulatory_document';
  return {
    listDocuments: (visible, slice, filter) => listDocuments(store, filter, slice, visible),
    getDocument: (visible, ref) => getDocument(store, ref, visible),
    readDocument: async (actor, row) => {
      const content = await readDocument(store, row);
      const { uuid: resourceId, accountId } = row;
      const entry = { actor, action: 'read', resource: document, resourceId, accountId, before: null, after: null };
      await store.write((context) => writeAudit(context, entry));
      return content;
    },
    upload: (actor, accountId, upload) =>
      audited(store, actor, 'create', document, async (context) => {
        const after = await storeDocument(context, accountId, upload);
        return { result: after, accountId, resourceId: after.uuid, before: null, after };
      }),
    deleteDocument: (actor, visible, ref) =>
      audited(store, actor, 'delete', document, async (context) => {
        const before = await getDocument(context, ref, visible);
        const after = await deleteDocument(context, ref, visible);
        return { result: after, accountId: before.accountId, resourceId: before.uuid, before, after };
      }),
    listSubmissions: (visible, slice, filter) => listSubmissions(store, filter, slice, visible),
    getSubmission: (visible, ref) => getSubmission(store, ref, visible),
    ...submissionWrites(store, carrier),
  };
}

function submissionWrites(store: Store, carrier: CarrierAdapter): Pick<RegulatoryStore, 'submit' | 'decide'> {
  const resource = 'regulatory_submission';
  return {
    submit: async (actor, visible, request) => {
      const submission = await audited(store, actor, 'submit', resource, async (context) => {
        const result = await submitDocuments(context, request, visible);
        return { result, ...told(result), before: null, after: result };
      });
      await askAbout(store, carrier, submission);
      return getSubmission(store, submission.id, null);
    },
    decide: (actor, ref, decision) =>
      audited(store, actor, decision.status, resource, async (context) => {
        const before = await getSubmission(context, ref, null);
        const after = await decideSubmission(context, ref, decision);
        return { result: after, ...told(after), before, after };
      }),
  };
}

function told({ accountId, uuid }: SubmissionRow) {
  return { accountId, resourceId: uuid };
}
