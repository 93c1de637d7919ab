import type { Generated } from 'kysely';

/** Numbers that come over from another provider. */
export interface PortingTables {
  readonly portingOrders: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    readonly accountId: number;
    /** A JSON list. */
    readonly numbers: string;
    readonly status: Generated<'submitted' | 'accepted' | 'completed' | 'rejected' | 'cancelled'>;
    readonly currentProvider: string;
    /** The customer's number there. */
    readonly accountReference: string;
    readonly pinSealed: Uint8Array | null;
    /** Where calls go from the first moment on. */
    readonly trunkId: number | null;
    readonly earliestMs: number | null;
    readonly portsAtMs: number | null;
    readonly reason: string | null;
    readonly decidedBy: string | null;
    readonly attempts: Generated<number>;
    /** When the carrier is asked next. */
    readonly dueAtMs: number;
    readonly createdAtMs: number;
    readonly updatedAtMs: number;
  };
}
