import type { StoreContext } from '../open-store.ts';
import { anyOf } from './common.ts';

export interface OutboxEvent {
  readonly accountId: number | null;
  /** `trunk.registered`, `number.activated`, … (F-080 to F-086). */
  readonly event: string;
  readonly data: object;
}

export interface OutboxRow extends OutboxEvent {
  readonly id: number;
  readonly createdAtMs: number;
}

/** Call it in the transaction of the cause: an event is told exactly when what it tells has happened. */
export async function appendOutbox(context: StoreContext, events: readonly OutboxEvent[]): Promise<void> {
  for (const { accountId, event, data } of events) {
    await context.db
      .insertInto('outbox')
      .values({
        accountId,
        event,
        payload: JSON.stringify(data),
        createdAtMs: context.clock.nowMs(),
        dispatchedAtMs: null,
      })
      .execute();
  }
}

/** The oldest that nobody has taken on yet. */
export async function takeOutbox(context: StoreContext, limit: number): Promise<readonly OutboxRow[]> {
  const rows = await context.db
    .selectFrom('outbox')
    .selectAll()
    .where('dispatchedAtMs', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id, accountId, event, payload, createdAtMs }) => ({
    id,
    accountId,
    event,
    createdAtMs,
    data: JSON.parse(payload) as object,
  }));
}

export async function markDispatched(context: StoreContext, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await context.db
    .updateTable('outbox')
    .set({ dispatchedAtMs: context.clock.nowMs() })
    .where(anyOf('outbox.id', ids))
    .execute();
}
