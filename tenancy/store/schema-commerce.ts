import type { Generated } from 'kysely';

/** Tables of events on their way out. */
export interface CommerceTables {
  /** How often the rows of a table were changed; kept by triggers, edits by hand included. */
  readonly changeCounts: {
    readonly name: 'webhooks';
    readonly value: number;
  };
  readonly webhooks: {
    readonly id: Generated<number>;
    readonly uuid: Generated<string>;
    /** `null`: the operator's, who hears of every account. */
    readonly accountId: number | null;
    readonly url: string;
    readonly events: string;
    readonly secretSealed: Uint8Array;
    /** While secrets are exchanged: the one that takes over, and when. */
    readonly nextSecretSealed: Uint8Array | null;
    readonly nextSecretFromMs: number | null;
    /** Nothing is sent since then; `null`: it is used. */
    readonly disabledAtMs: number | null;
    readonly disabledReason: string | null;
    readonly status: Generated<'active' | 'deleted'>;
    readonly rowVersion: Generated<number>;
    readonly createdAtMs: Generated<number>;
    readonly updatedAtMs: Generated<number>;
  };
  readonly webhookDeliveries: {
    readonly id: Generated<number>;
    readonly webhookId: number;
    readonly accountId: number | null;
    readonly outboxId: number;
    readonly event: string;
    /** Events of one resource arrive in order. */
    readonly resource: string;
    /** The very bytes of every attempt. */
    readonly body: string;
    readonly status: Generated<'pending' | 'delivered' | 'dead'>;
    readonly attempts: Generated<number>;
    readonly nextAttemptAtMs: number;
    readonly createdAtMs: number;
    readonly finishedAtMs: number | null;
    /** 1: an older event of its resource is on its way to the same endpoint. */
    readonly waits: Generated<number>;
  };
  readonly webhookAttempts: {
    readonly id: Generated<number>;
    readonly deliveryId: number;
    readonly webhookId: number;
    readonly accountId: number | null;
    readonly attempt: number;
    readonly atMs: number;
    readonly tookMs: number;
    /** The HTTP status; `null` when there was no answer. */
    readonly status: number | null;
    readonly error: string | null;
    readonly answer: string;
  };
}
