import type { Generated } from 'kysely';

/** Tables of documents and of what was submitted with them. */
export interface RegulatoryTables {
  readonly regulatoryDocuments: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    readonly accountId: number;
    readonly kind: string;
    readonly mediaType: 'application/pdf' | 'image/jpeg' | 'image/png';
    readonly fileName: Generated<string>;
    readonly sizeBytes: number;
    readonly sha256: string;
    /** `null` once it is deleted. */
    readonly contentSealed: Uint8Array | null;
    /** `null` while a submission waits for a decision. */
    readonly deletesAtMs: number | null;
    readonly deletedAtMs: number | null;
    readonly createdAtMs: number;
  };
  readonly regulatorySubmissions: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    readonly accountId: number;
    readonly status: Generated<'pending' | 'approved' | 'rejected'>;
    readonly reason: string | null;
    readonly decidedBy: string | null;
    /** 0 or 1: the carrier has answered that it has the documents. */
    readonly carrierHasIt: Generated<number>;
    readonly attempts: Generated<number>;
    /** When the carrier is asked next. */
    readonly dueAtMs: number;
    readonly createdAtMs: number;
    readonly decidedAtMs: number | null;
  };
  readonly regulatorySubmissionDocuments: { readonly submissionId: number; readonly documentId: number };
  readonly regulatorySubmissionNumbers: { readonly submissionId: number; readonly didId: number };
}
