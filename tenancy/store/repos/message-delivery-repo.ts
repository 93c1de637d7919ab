import { sql } from 'kysely';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { getMessage, type MessageRow } from './message-repo.ts';

/** How far a message that came in has got on its way to the PBX of its number. */
export type MessageDeliveryRow = Row<'messageDeliveries'>;

/** One that is to be brought now, with what it says. */
export interface DueMessageDelivery extends MessageDeliveryRow {
  readonly message: MessageRow;
}

/** Call it in the transaction that keeps the message. */
export async function startMessageDelivery(context: StoreContext, message: MessageRow): Promise<void> {
  const { id: messageId, accountId, didId } = message;
  await context.db
    .insertInto('messageDeliveries')
    .values({ messageId, accountId, didId, dueAtMs: context.clock.nowMs() })
    .execute();
}

/** Whether any waits, due or not. */
export function hasMessageDeliveries(connection: SqliteConnection): boolean {
  return connection.prepare("SELECT 1 FROM message_deliveries WHERE status = 'pending' LIMIT 1").all([]).length > 0;
}

/**
 * Of each number the first that waits, if its time has come: the messages of a number arrive in order.
 * @param ofAccount as many of each account, each account's first before anybody's second
 * @param busyDids numbers that are being worked on
 */
export async function dueMessageDeliveries(
  context: StoreContext,
  ofAccount: number,
  limit: number,
  busyDids: readonly number[],
): Promise<readonly DueMessageDelivery[]> {
  const first = sql<number>`(SELECT min(d.message_id) FROM message_deliveries d
    WHERE d.status = 'pending' AND d.did_id = message_deliveries.did_id)`;
  const turn = sql<number>`row_number() OVER (PARTITION BY account_id ORDER BY due_at_ms)`;
  const rows = await context.db
    .selectFrom((from) =>
      from
        .selectFrom('messageDeliveries')
        .selectAll()
        .select(turn.as('turn'))
        .where('status', '=', 'pending')
        .where('dueAtMs', '<=', context.clock.nowMs())
        .where('messageId', '=', first)
        .where(sql<boolean>`did_id NOT IN (SELECT value FROM json_each(${JSON.stringify(busyDids)}))`)
        .as('due'),
    )
    .selectAll()
    .where('turn', '<=', ofAccount)
    .orderBy('turn')
    .orderBy('dueAtMs')
    .limit(limit)
    .execute();
  return Promise.all(
    rows.map(async ({ turn: _, ...row }) => ({ ...row, message: await getMessage(context, row.messageId, null) })),
  );
}

/** Call it within `store.write`; whose message it is has been asked before. */
export async function updateMessageDelivery(
  context: StoreContext,
  messageId: number,
  change: Partial<Omit<MessageDeliveryRow, 'messageId' | 'accountId' | 'didId'>>,
): Promise<void> {
  await context.db.updateTable('messageDeliveries').set(change).where('messageId', '=', messageId).execute();
}

/** The number rings no PBX, so there is nothing to tell of. */
export async function dropMessageDelivery(context: StoreContext, messageId: number): Promise<void> {
  await context.db.deleteFrom('messageDeliveries').where('messageId', '=', messageId).execute();
}

/** By message; those that never were to go to a PBX have none. */
export async function findMessageDeliveries(
  context: StoreContext,
  messageIds: readonly number[],
): Promise<ReadonlyMap<number, MessageDeliveryRow>> {
  if (messageIds.length === 0) return new Map();
  const rows = await context.db
    .selectFrom('messageDeliveries')
    .selectAll()
    .where('messageId', 'in', messageIds)
    .execute();
  return new Map(rows.map((row) => [row.messageId, row]));
}

const WAKE = "UPDATE message_deliveries SET due_at_ms = ? WHERE trunk_id = ? AND status = 'pending' AND due_at_ms > ?";

/** The PBX has come: what waits for it is brought now. */
export function wakeMessageDeliveries(connection: SqliteConnection, trunkId: number, atMs: number): void {
  connection.prepare(WAKE).run([atMs, trunkId, atMs]);
}
