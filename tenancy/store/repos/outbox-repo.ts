import type { StoreContext } from '../open-store.ts';

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

/** The oldest events that nobody has taken on yet. */
export async function takeOutbox(context: StoreContext, limit: number): Promise<readonly OutboxRow[]> {
  const rows = await context.db
    .selectFrom('outbox')
    .select(['id', 'accountId', 'event', 'payload', 'createdAtMs'])
    .where('dispatchedAtMs', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ payload, ...row }) => ({ ...row, data: JSON.parse(payload) as object }));
}

/** S1:201-212: event, time to the second, data; the very bytes of every attempt. */
export function renderEvent({ event, createdAtMs, data }: OutboxRow): string {
  const timestamp = new Date(createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return JSON.stringify({ event, timestamp, data });
}
