import { Type } from 'typebox';
import { checkUpload, DOCUMENT_KINDS, MOST_BYTES } from '../../billing-hooks/index.ts';
import type { DocumentRow } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { FILE_SHAPE } from '../http/upload.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, listEnvelope } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { DOCUMENT_SHAPE, documentView } from '../views/regulatory.ts';
import { accountFilter } from './filters.ts';
import { defineKeptDocument } from './kept-document.ts';
import { uploadOf } from './regulatory.ts';

const TAG = 'Regulatory';

const UPLOAD = Type.Object(
  {
    kind: Type.Enum([...DOCUMENT_KINDS], { description: 'As /regulatory/requirements names it.' }),
    file: FILE_SHAPE,
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);

const ENDINGS = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' } as const;

/** Documents by themselves: uploaded before they are submitted, looked at, deleted. */
export function installRegulatoryDocuments(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/regulatory/documents',
    tag: TAG,
    summary: 'Upload a document: a form with kind and file, or JSON',
    scope: 'numbers:write',
    body: UPLOAD,
    upload: { fileBytes: MOST_BYTES, files: 1, parts: 10 },
    bodyLimit: Math.ceil(MOST_BYTES * 1.4),
    status: 201,
    response: envelope(DOCUMENT_SHAPE),
    handler: async ({ principal, body }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const upload = await checkUpload('file', body.kind, uploadOf(body.file));
      return { data: documentView(await deps.store.regulatory.upload(principal.actor, account.id, upload)) };
    },
  });
  define({
    method: 'DELETE',
    url: '/regulatory/documents/:id',
    tag: TAG,
    summary: 'Delete the content of a document now',
    scope: 'numbers:write',
    params: ID_PARAMS,
    response: envelope(DOCUMENT_SHAPE),
    handler: async ({ principal, params }) => {
      const { actor, visible } = principal;
      return { data: documentView(await deps.store.regulatory.deleteDocument(actor, visible, params.id)) };
    },
  });
  defineReads(define, deps);
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/regulatory/documents',
    tag: TAG,
    summary: 'List documents',
    scope: 'numbers:read',
    query: Type.Object(
      { ...sortedBy('created_at'), account_id: Type.Optional(Type.String({ maxLength: 64 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(DOCUMENT_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = await accountFilter(deps, principal, query.account_id);
      const found = await deps.store.regulatory.listDocuments(principal.visible, page, filter);
      const { rows, meta } = paged(page, found);
      return { data: rows.map(documentView), meta };
    },
  });
  defineKeptDocument<DocumentRow>(define, {
    url: '/regulatory/documents',
    tag: TAG,
    show: { summary: 'Show a document, without its content', scope: 'numbers:read', shape: DOCUMENT_SHAPE },
    file: {
      path: 'content',
      summary: 'The document as it was sent; every look is in the audit log',
      scope: 'numbers:write',
      description: 'The file.',
    },
    find: (principal, ref) => deps.store.regulatory.getDocument(principal.visible, ref),
    view: documentView,
    read: async ({ actor }, document) => ({
      mediaType: document.mediaType,
      name: `${document.uuid}.${ENDINGS[document.mediaType]}`,
      content: await deps.store.regulatory.readDocument(actor, document),
    }),
  });
}
