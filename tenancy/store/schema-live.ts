import type { Generated } from 'kysely';

/** Tables of what happens: journals, live state, money. */
export interface LiveTables {
  readonly audit: {
    readonly id: Generated<number>;
    readonly accountId: number | null;
    readonly actor: string;
    readonly action: string;
    readonly resource: string;
    readonly resourceId: string;
    readonly beforeJson: string | null;
    readonly afterJson: string | null;
    readonly atMs: number;
  };
  readonly outbox: {
    readonly id: Generated<number>;
    readonly accountId: number | null;
    readonly event: string;
    readonly payload: string;
    readonly createdAtMs: number;
    readonly dispatchedAtMs: number | null;
  };
  readonly bindings: {
    readonly trunkId: number;
    readonly contact: string;
    /** 0 without one. */
    readonly regId: number;
    readonly accountId: number;
    readonly source: string;
    readonly expiresAtMs: number;
    readonly record: string;
  };
  readonly trunkStates: {
    readonly trunkId: number;
    readonly accountId: number;
    readonly state: 'registered' | 'offline';
    readonly sinceMs: number;
    readonly cause: string | null;
  };
  readonly trunkTransitions: {
    readonly trunkId: number;
    readonly atMs: number;
    readonly accountId: number;
    readonly state: 'registered' | 'offline';
    readonly cause: string | null;
  };
  readonly serverRuns: {
    readonly id: Generated<number>;
    readonly startedAtMs: number;
    readonly aliveAtMs: number;
  };
  readonly calls: {
    readonly id: Generated<number>;
    readonly uuid: string;
    readonly accountId: number | null;
    readonly trunkId: number | null;
    readonly didId: number | null;
    readonly carrierId: number | null;
    readonly direction: string;
    readonly fromNumber: string;
    readonly toNumber: string;
    readonly startedAtMs: number;
    readonly answeredAtMs: number | null;
    readonly endedAtMs: number | null;
    readonly result: string | null;
    readonly reason: string | null;
    readonly status: number;
    readonly record: string;
  };
  readonly registerFailures: {
    readonly id: Generated<number>;
    readonly accountId: number | null;
    readonly trunkId: number | null;
    readonly atMs: number;
    readonly realm: string;
    readonly username: string;
    readonly sourceAddress: string;
    readonly reason: string;
    readonly record: string;
  };
  readonly orders: {
    readonly id: Generated<number>;
    readonly accountId: number;
    readonly status: 'pending' | 'completed' | 'failed' | 'cancelled';
    readonly currency: string;
    readonly totalMicros: number;
    readonly idempotencyKey: string | null;
    readonly createdAtMs: number;
    readonly updatedAtMs: number;
  };
  readonly orderItems: {
    readonly id: Generated<number>;
    readonly accountId: number;
    readonly orderId: number;
    readonly didId: number | null;
    readonly number: string;
    readonly country: string | null;
    readonly type: string | null;
    readonly status: string;
    readonly setupFeeMicros: number;
    readonly monthlyRateMicros: number;
    readonly requiresRegulatory: number;
  };
  readonly ledgerAccounts: {
    readonly id: Generated<number>;
    readonly accountId: number | null;
    readonly kind: LedgerKind;
    readonly currency: string;
  };
  readonly ledgerEntries: {
    readonly id: number;
    readonly accountId: number | null;
    readonly idempotencyKey: string;
    readonly currency: string;
    readonly referenceType: ReferenceType;
    readonly referenceId: number | null;
    readonly kind: EntryKind;
    readonly trunkUuid: string | null;
    readonly note: string;
    readonly bodyHash: string;
    readonly previousHash: string;
    readonly hash: string;
    readonly atMs: number;
  };
  readonly ledgerPostings: {
    readonly id: Generated<number>;
    readonly accountId: number | null;
    readonly entryId: number;
    readonly ledgerAccountId: number;
    readonly amountMicros: number;
    readonly balanceAfterMicros: number;
  };
}

/** What an account of the ledger is for; those without an owner are the platform's. */
export type LedgerKind = 'wallet' | 'held' | 'revenue' | 'cost' | 'cash' | 'adjustment' | 'tax';

/** What happened in an entry. */
export type EntryKind = 'topup' | 'charge' | 'refund' | 'adjustment' | 'hold' | 'capture' | 'release';

/** features.md A23: what an entry links back to. */
export type ReferenceType =
  | 'order'
  | 'number'
  | 'trunk'
  | 'call'
  | 'message'
  | 'topup'
  | 'refund'
  | 'adjustment'
  | 'invoice';
