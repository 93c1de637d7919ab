import type { Generated } from 'kysely';

/** Tables of short messages, and of what others are told. */
export interface MessageTables {
  /** What was last told of a carrier. */
  readonly carrierStates: {
    readonly carrierId: number;
    readonly state: 'up' | 'down';
    readonly sinceMs: number;
  };
  /** Where call records go. */
  readonly recordStreams: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    /** `null`: every account's records, for the operator. */
    readonly accountId: number | null;
    readonly kind: 'http' | 'file';
    readonly url: string | null;
    readonly secretSealed: Uint8Array | null;
    readonly status: Generated<'active' | 'paused' | 'deleted'>;
    /** Of the last record that was taken. */
    readonly cursorSeq: number;
    /** What the last record that was taken is known by outside. */
    readonly lastNumber: Generated<number>;
    readonly sent: Generated<number>;
    readonly failures: Generated<number>;
    readonly error: string | null;
    readonly dueAtMs: number;
    readonly rowVersion: Generated<number>;
    readonly createdAtMs: Generated<number>;
    readonly updatedAtMs: Generated<number>;
  };
  /** Calls that have ended, in that order, until every stream has them. */
  readonly recordQueue: {
    readonly seq: Generated<number>;
    readonly callId: number;
    readonly accountId: number | null;
    readonly atMs: number;
  };
  readonly messages: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    readonly accountId: number;
    readonly didId: number;
    readonly direction: 'out' | 'in';
    readonly fromNumber: string;
    readonly toNumber: string;
    /** Empty: sealed, or deleted. */
    readonly body: string;
    readonly bodySealed: Uint8Array | null;
    readonly bodyDeletedAtMs: number | null;
    readonly encoding: 'GSM-7' | 'UCS-2';
    readonly segments: number;
    readonly status: 'queued' | 'sent' | 'delivered' | 'failed' | 'received';
    /** Why it failed. */
    readonly reason: string | null;
    /** What its account paid, for all parts. */
    readonly priceMicros: Generated<number>;
    readonly currency: Generated<string>;
    /** The carrier's name for it. */
    readonly carrierRef: string | null;
    readonly idempotencyKey: string | null;
    readonly attempts: Generated<number>;
    readonly dueAtMs: number;
    readonly createdAtMs: number;
    readonly sentAtMs: number | null;
    readonly finishedAtMs: number | null;
  };
  /** What PBXes have handed in by SIP and is not charged yet. */
  readonly sipMessages: {
    readonly id: Generated<number>;
    readonly accountId: number;
    readonly didId: number;
    readonly trunkId: number;
    readonly toNumber: string;
    readonly bodySealed: Uint8Array;
    /** Names the request: the same one counts once. */
    readonly requestKey: string;
    readonly dueAtMs: number;
    readonly createdAtMs: number;
  };
  /** What came in and is brought to the PBX of its number. */
  readonly messageDeliveries: {
    readonly messageId: number;
    readonly accountId: number;
    readonly didId: number;
    readonly status: Generated<'pending' | 'delivered' | 'failed'>;
    /** Whose registration is waited for. */
    readonly trunkId: number | null;
    /** What the PBX answered last. */
    readonly sipStatus: number | null;
    readonly reason: string | null;
    readonly attempts: Generated<number>;
    readonly dueAtMs: number;
    readonly finishedAtMs: number | null;
  };
  readonly messageOptOuts: { readonly didId: number; readonly recipient: string; readonly atMs: number };
  /** Per part; account 0: the platform's, for whoever has none. */
  readonly messagePrices: { readonly accountId: number; readonly prefix: string; readonly priceMicros: number };
}
