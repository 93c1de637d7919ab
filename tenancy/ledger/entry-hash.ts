import { createHash } from 'node:crypto';

/** What an entry says, in the order and form that is hashed; changing it breaks every chain there is. */
export interface HashedEntry {
  readonly id: number;
  readonly accountId: number | null;
  readonly idempotencyKey: string;
  readonly currency: string;
  readonly referenceType: string;
  readonly referenceId: number | null;
  readonly kind: string;
  readonly trunkUuid: string | null;
  readonly note: string;
  readonly atMs: number;
}

export interface HashedPosting {
  readonly ledgerAccountId: number;
  readonly amountMicros: number;
  readonly balanceAfterMicros: number;
}

/** Chains an entry to the one before: a later change of either no longer fits. */
export function hashEntry(previousHash: string, entry: HashedEntry, postings: readonly HashedPosting[]): string {
  const { id, accountId, idempotencyKey, currency, referenceType, referenceId, kind, trunkUuid, note, atMs } = entry;
  const head = [id, accountId, idempotencyKey, currency, referenceType, referenceId, kind, trunkUuid, note, atMs];
  const lines = postings.map((p) => [p.ledgerAccountId, p.amountMicros, p.balanceAfterMicros]);
  return sha256(JSON.stringify([previousHash, head, lines]));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
