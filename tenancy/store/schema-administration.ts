import type { Generated } from 'kysely';

/** Tables of people and of long work. */
export interface AdministrationTables {
  readonly bulkJobs: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    /** The account acted in; `null`: the platform. */
    readonly accountId: number | null;
    readonly actor: string;
    readonly isOperator: number;
    readonly resource: 'trunks' | 'dids' | 'accounts';
    readonly action: 'import' | 'delete' | 'regenerate';
    readonly onExisting: 'fail' | 'skip' | 'update';
    readonly dryRun: number;
    readonly idempotencyKey: string | null;
    readonly fingerprint: string;
    /** The rows, while they are needed. */
    readonly inputSealed: Uint8Array | null;
    readonly state: Generated<'queued' | 'running' | 'done' | 'failed'>;
    readonly total: number;
    /** Rows finished, faulty ones included. */
    readonly done: Generated<number>;
    readonly created: Generated<number>;
    readonly changed: Generated<number>;
    readonly unchanged: Generated<number>;
    readonly faulty: Generated<number>;
    /** How often a restart interrupted it. */
    readonly resumed: Generated<number>;
    readonly createdAtMs: number;
    readonly startedAtMs: number | null;
    readonly finishedAtMs: number | null;
  };
  readonly bulkJobFaults: {
    readonly id: Generated<number>;
    readonly jobId: number;
    /** From 1. */
    readonly rowNumber: number;
    /** In the CSV file, from 1. */
    readonly line: number | null;
    readonly field: string | null;
    readonly code: string;
    readonly problem: string;
  };
  readonly bulkJobPasswords: {
    readonly id: Generated<number>;
    readonly jobId: number;
    readonly rowNumber: number;
    readonly trunkId: number;
    readonly passwordSealed: Uint8Array;
  };
  readonly idempotentWrites: {
    /** Who sent it, and its Idempotency-Key. */
    readonly scope: string;
    readonly fingerprint: string;
    /** `null` until it is answered. */
    readonly answerSealed: Uint8Array | null;
    readonly atMs: number;
  };
  readonly users: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    /** `null`: the operator's people. */
    readonly accountId: number | null;
    readonly email: string;
    readonly name: string;
    readonly role: 'owner' | 'admin' | 'billing' | 'support' | 'read-only';
    readonly status: Generated<'active' | 'suspended' | 'deleted'>;
    readonly rowVersion: Generated<number>;
    readonly createdAtMs: Generated<number>;
    readonly updatedAtMs: Generated<number>;
  };
}
