import { type Static, Type } from 'typebox';
import { DOCUMENT_KINDS, KINDS, MEDIA_TYPES, MOST_BYTES, type RequirementSet } from '../../billing-hooks/index.ts';
import { NUMBER_KIND, setOf } from '../closed-sets.ts';
import { isoTime, nullable } from '../shapes.ts';
import type { DocumentRow, SubmissionRow } from '../store-port.ts';

export const REQUIREMENT_SHAPE = Type.Object({
  country: Type.String(),
  type: NUMBER_KIND,
  requires_regulatory: Type.Boolean({ description: 'Numbers of it wait for documents.' }),
  documents: Type.Array(
    Type.Object({
      kind: Type.Enum([...DOCUMENT_KINDS], { description: 'As /regulatory/documents and /regulatory/submit take it.' }),
      name: Type.String(),
      description: Type.String(),
      media_types: Type.Array(Type.String()),
      max_bytes: Type.Integer(),
    }),
  ),
});

export function requirementView({ country, type, kinds }: RequirementSet): Static<typeof REQUIREMENT_SHAPE> {
  const documents = kinds.map((kind) => {
    const { name, description } = KINDS[kind];
    return { kind, name, description, media_types: [...MEDIA_TYPES], max_bytes: MOST_BYTES };
  });
  return { country, type, requires_regulatory: kinds.length > 0, documents };
}

export const DOCUMENT_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  kind: Type.String(),
  media_type: Type.String({ description: 'By its content.' }),
  file_name: Type.String(),
  size_bytes: Type.Integer(),
  sha256: Type.String(),
  deletes_at: nullable(Type.String({ description: 'null while a submission with it waits for a decision.' })),
  deleted_at: nullable(Type.String({ description: 'Since then its content is gone.' })),
  created_at: Type.String(),
});

export function documentView(document: DocumentRow): Static<typeof DOCUMENT_SHAPE> {
  const { id, uuid, accountId, kind, mediaType, fileName, sizeBytes, sha256 } = document;
  return {
    ...{ id, uuid, account_id: accountId, kind, media_type: mediaType, file_name: fileName },
    ...{ size_bytes: sizeBytes, sha256 },
    deletes_at: isoTime(document.deletedAtMs === null ? document.deletesAtMs : null),
    deleted_at: isoTime(document.deletedAtMs),
    created_at: isoTime(document.createdAtMs),
  };
}

export const SUBMISSION_STATUS = setOf<SubmissionRow['status']>({ pending: true, approved: true, rejected: true });

export const SUBMISSION_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  status: SUBMISSION_STATUS,
  reason: nullable(Type.String({ description: 'What is wrong, when it is rejected.' })),
  numbers: Type.Array(Type.Object({ did_number_id: Type.Integer(), number: Type.String() })),
  documents: Type.Array(Type.Object({ id: Type.Integer(), kind: Type.String() })),
  with_carrier: Type.Boolean({ description: 'The carrier has the documents.' }),
  created_at: Type.String(),
  decided_at: nullable(Type.String()),
});

export function submissionView(submission: SubmissionRow): Static<typeof SUBMISSION_SHAPE> {
  const { id, uuid, accountId, status, reason, numbers, documents } = submission;
  return {
    ...{ id, uuid, account_id: accountId, status, reason },
    numbers: numbers.map((did) => ({ did_number_id: did.id, number: did.number })),
    documents: documents.map((document) => ({ id: document.id, kind: document.kind })),
    with_carrier: submission.carrierHasIt === 1,
    created_at: isoTime(submission.createdAtMs),
    decided_at: isoTime(submission.decidedAtMs),
  };
}
