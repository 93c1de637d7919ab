import { Type } from 'typebox';
import { checkUpload, DOCUMENT_KINDS, listRequirements, MOST_BYTES } from '../../billing-hooks/index.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { FILE_SHAPE, type FileBody } from '../http/upload.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, listEnvelope } from '../shapes.ts';
import type { Ref } from '../store-port.ts';
import {
  REQUIREMENT_SHAPE,
  requirementView,
  SUBMISSION_SHAPE,
  SUBMISSION_STATUS,
  submissionView,
} from '../views/regulatory.ts';
import { toE164 } from './did-routing.ts';
import { accountFilter } from './filters.ts';
import { COUNTRY_CODE, NUMBER_TYPE, toNumberType } from './number-search.ts';

const TAG = 'Regulatory';
/** Base64 and a little JSON around the largest file. */
const JSON_LIMIT = Math.ceil(MOST_BYTES * 1.4);
const MOST_NUMBERS = 100;

const several = <T extends ReturnType<typeof Type.String> | typeof ID_OR_UUID>(one: T, description: string) =>
  Type.Optional(Type.Union([one, Type.Array(one, { minItems: 1, maxItems: MOST_NUMBERS })], { description }));

const FILES = Object.fromEntries(DOCUMENT_KINDS.map((kind) => [kind, Type.Optional(FILE_SHAPE)] as const)) as Record<
  (typeof DOCUMENT_KINDS)[number],
  ReturnType<typeof Type.Optional<typeof FILE_SHAPE>>
>;

const SUBMIT = Type.Object(
  {
    number: several(Type.String({ minLength: 3, maxLength: 32 }), 'E.164, or a list of numbers of one account.'),
    did_number_id: several(ID_OR_UUID, 'The same by id.'),
    documents: several(ID_OR_UUID, 'Ids of documents that were uploaded before.'),
    ...FILES,
  },
  { additionalProperties: false },
);

/** S1:287: what numbers wait for, and how it is handed in and decided. Documents themselves: regulatory-documents.ts. */
export function installRegulatory(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/regulatory/requirements',
    tag: TAG,
    summary: 'Which documents numbers of a country wait for, by type',
    scope: 'numbers:read',
    query: Type.Object({ country: COUNTRY_CODE, type: Type.Optional(NUMBER_TYPE) }, { additionalProperties: false }),
    response: Type.Object({ data: Type.Array(REQUIREMENT_SHAPE) }),
    handler: async ({ query }) => {
      const sets = listRequirements(query.country.toUpperCase(), toNumberType(query.type));
      return { data: sets.map(requirementView) };
    },
  });
  defineSubmit(define, deps);
  defineReads(define, deps);
  defineDecisions(define, deps);
}

function defineSubmit(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/regulatory/submit',
    tag: TAG,
    summary: 'Hand documents in for numbers that wait for them; also as /api/regulatory/submit',
    scope: 'numbers:write',
    body: SUBMIT,
    upload: { fileBytes: MOST_BYTES, files: DOCUMENT_KINDS.length, parts: MOST_NUMBERS + 20 },
    bodyLimit: JSON_LIMIT * DOCUMENT_KINDS.length,
    status: 201,
    publishes: true,
    response: envelope(SUBMISSION_SHAPE),
    handler: async ({ principal, body }) => {
      const numbers: readonly Ref[] = [...listOf(body.number).map(toE164), ...listOf(body.did_number_id)];
      if (numbers.length === 0) throw fieldError('number', 'is required (or did_number_id)');
      const uploads = [];
      const sent = body as Readonly<Record<string, FileBody | undefined>>;
      for (const kind of DOCUMENT_KINDS) {
        const file = sent[kind];
        if (file !== undefined) uploads.push(await checkUpload(kind, kind, uploadOf(file)));
      }
      const request = { numbers, documents: listOf(body.documents), uploads };
      return { data: submissionView(await deps.store.regulatory.submit(principal.actor, principal.visible, request)) };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/regulatory/submissions',
    tag: TAG,
    summary: 'List what was submitted',
    scope: 'numbers:read',
    query: Type.Object(
      {
        ...sortedBy('created_at'),
        account_id: Type.Optional(Type.String({ maxLength: 64 })),
        status: Type.Optional(SUBMISSION_STATUS),
      },
      { additionalProperties: false },
    ),
    response: listEnvelope(SUBMISSION_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = { ...(await accountFilter(deps, principal, query.account_id)), status: query.status };
      const found = await deps.store.regulatory.listSubmissions(principal.visible, page, filter);
      const { rows, meta } = paged(page, found);
      return { data: rows.map(submissionView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/regulatory/submissions/:id',
    tag: TAG,
    summary: 'How it stands with a submission',
    scope: 'numbers:read',
    params: ID_PARAMS,
    response: envelope(SUBMISSION_SHAPE),
    handler: async ({ principal, params }) => ({
      data: submissionView(await deps.store.regulatory.getSubmission(principal.visible, params.id)),
    }),
  });
}

function defineDecisions(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/regulatory/submissions/:id/approve',
    tag: TAG,
    summary: 'The documents are accepted; their numbers go live',
    scope: 'operator',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(SUBMISSION_SHAPE),
    handler: async ({ principal, params }) => {
      const { actor } = principal;
      const decided = await deps.store.regulatory.decide(actor, params.id, { status: 'approved', by: actor });
      return { data: submissionView(decided) };
    },
  });
  define({
    method: 'POST',
    url: '/regulatory/submissions/:id/reject',
    tag: TAG,
    summary: 'The documents are not accepted; their numbers wait on',
    scope: 'operator',
    params: ID_PARAMS,
    body: Type.Object(
      {
        reason: Type.Optional(
          Type.String({ minLength: 1, maxLength: 500, description: 'Required; the owner is told.' }),
        ),
      },
      { additionalProperties: false },
    ),
    response: envelope(SUBMISSION_SHAPE),
    handler: async ({ principal, params, body }) => {
      await deps.store.regulatory.getSubmission(principal.visible, params.id);
      if (body.reason === undefined) throw fieldError('reason', 'is required: the owner must know what is wrong');
      const decision = { status: 'rejected', by: principal.actor, reason: body.reason } as const;
      return { data: submissionView(await deps.store.regulatory.decide(principal.actor, params.id, decision)) };
    },
  });
}

/** A file of a body as what is looked at and kept. */
export function uploadOf({ name = '', media_type: declaredType = '', content }: FileBody) {
  return { name, declaredType, content: Buffer.from(content, 'base64') };
}

function listOf<T>(given: T | T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given];
}
