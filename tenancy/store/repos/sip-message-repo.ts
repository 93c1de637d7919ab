import type { SipMessage } from '../../../bus/index.ts';
import type { SecretBox } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import type { SqliteConnection } from '../sqlite-connection.ts';

/** What a PBX has handed in by SIP MESSAGE (RFC 3428), before anybody has charged it. */
export type SipMessageRow = Omit<Row<'sipMessages'>, 'bodySealed'> & { readonly body: string };

const PUT = `INSERT INTO sip_messages (account_id, did_id, trunk_id, to_number, body_sealed, request_key, due_at_ms,
  created_at_ms) SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM dids WHERE id = ? AND account_id = ?)
  ON CONFLICT (request_key) DO NOTHING`;

/** Keeps it; the same request again is the same message. One whose number has moved to another account is dropped. */
export function writeSipMessage(connection: SqliteConnection, secrets: SecretBox, message: SipMessage): void {
  const { accountId, didId, trunkId, to, body, key, atMs } = message;
  const sealed = secrets.seal(body, sealContext(key));
  connection.prepare(PUT).run([accountId, didId, trunkId, to, sealed, key, atMs, atMs, didId, accountId]);
}

/** Whether there are any, due or not. */
export function hasSipMessages(connection: SqliteConnection): boolean {
  return connection.prepare('SELECT 1 FROM sip_messages LIMIT 1').all([]).length > 0;
}

/** Those whose time has come, in the order they came. */
export async function dueSipMessages(context: StoreContext, limit: number): Promise<readonly SipMessageRow[]> {
  const rows = await context.db
    .selectFrom('sipMessages')
    .selectAll()
    .where('dueAtMs', '<=', context.clock.nowMs())
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ bodySealed, ...row }) => {
    return { ...row, body: context.secrets.open(bodySealed, sealContext(row.requestKey)) };
  });
}

/** Takes it off the queue. Call it within `store.write`. */
export async function deleteSipMessage(context: StoreContext, id: number): Promise<void> {
  await context.db.deleteFrom('sipMessages').where('id', '=', id).execute();
}

/** The number has sent as much as it may: all that waits for it waits on, in order. */
export async function postponeSipMessages(context: StoreContext, didId: number, dueAtMs: number): Promise<void> {
  await context.db.updateTable('sipMessages').set({ dueAtMs }).where('didId', '=', didId).execute();
}

function sealContext(key: string): string {
  return `sip_message:${key}`;
}
