import type { SecretBox } from '../../secrets/index.ts';
import type { SqliteConnection } from '../sqlite-connection.ts';
import type { AttemptResult, DeliveryRow, NewDelivery } from './delivery-repo.ts';
import { type OutboxRow, openEvent, sealEvent, toOutboxRow } from './outbox-repo.ts';

/*
 * The queue behind webhooks, for one worker that carries much: plain statements, prepared once, many to a
 * transaction (`Store.bulk`). Of each endpoint and resource one delivery at a time is due, the oldest; the
 * others wait (column `waits`) until the one before them has arrived or was given up.
 */

/** The oldest events that nobody has taken on yet, for whoever takes them on in the same transaction. */
export function takeEvents(connection: SqliteConnection, limit: number, secrets: SecretBox): readonly OutboxRow[] {
  const rows = connection
    .prepare(`SELECT id, account_id AS accountId, event, payload, created_at_ms AS createdAtMs FROM outbox
      WHERE dispatched_at_ms IS NULL ORDER BY id LIMIT ?`)
    .all([limit]) as Parameters<typeof toOutboxRow>[0][];
  return rows.map((row) => toOutboxRow(row, secrets));
}

/** Whether there are any. */
export function hasEvents(connection: SqliteConnection): boolean {
  return connection.prepare('SELECT 1 FROM outbox WHERE dispatched_at_ms IS NULL LIMIT 1').all([]).length > 0;
}

export function markDispatched(connection: SqliteConnection, ids: readonly number[], nowMs: number): void {
  connection
    .prepare('UPDATE outbox SET dispatched_at_ms = ? WHERE id IN (SELECT value FROM json_each(?))')
    .run([nowMs, JSON.stringify(ids)]);
}

/** The account itself and all above it. */
export function accountAndAbove(connection: SqliteConnection, accountId: number): readonly number[] {
  const rows = connection
    .prepare(`WITH RECURSIVE up (id) AS (SELECT ? UNION ALL
      SELECT accounts.parent_id FROM accounts JOIN up ON accounts.id = up.id WHERE accounts.parent_id IS NOT NULL)
      SELECT id FROM up`)
    .all([accountId]) as { readonly id: number }[];
  return rows.map(({ id }) => id);
}

/** Puts events on their way; one that was handed on before is not handed on again. */
export function enqueue(connection: SqliteConnection, rows: readonly NewDelivery[], secrets: SecretBox): void {
  const insert = connection.prepare(`INSERT INTO webhook_deliveries
      (webhook_id, resource, account_id, outbox_id, event, body, next_attempt_at_ms, created_at_ms, waits)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, EXISTS (SELECT 1 FROM webhook_deliveries
      WHERE webhook_id = ? AND resource = ? AND status = 'pending'))
    ON CONFLICT (webhook_id, outbox_id) DO NOTHING`);
  for (const row of rows) {
    const { webhookId, accountId, outboxId, event, resource, body, nextAttemptAtMs, createdAtMs } = row;
    const kept = sealEvent(secrets, event, body);
    const values = [webhookId, resource, accountId, outboxId, event, kept, nextAttemptAtMs, createdAtMs];
    insert.run([...values, webhookId, resource]);
  }
}

/** What is due at one endpoint, the longest due first: of each resource the oldest, for those arrive in order. */
export function dueDeliveries(
  connection: SqliteConnection,
  webhookId: number,
  limit: number,
  nowMs: number,
  secrets: SecretBox,
): readonly DeliveryRow[] {
  const rows = connection
    .prepare(`SELECT id, webhook_id AS webhookId, account_id AS accountId, outbox_id AS outboxId, event, resource,
        body, status, attempts, next_attempt_at_ms AS nextAttemptAtMs, created_at_ms AS createdAtMs,
        finished_at_ms AS finishedAtMs, waits
      FROM webhook_deliveries WHERE webhook_id = ? AND status = 'pending' AND waits = 0 AND next_attempt_at_ms <= ?
      ORDER BY next_attempt_at_ms, id LIMIT ?`)
    .all([webhookId, nowMs, limit]) as DeliveryRow[];
  return rows.map((row) => ({ ...row, body: openEvent(secrets, row.event, row.body) }));
}

/** Notes what came of attempts, and lets the next of a resource go. What was given up meanwhile stays given up. */
export function saveAttempts(connection: SqliteConnection, results: readonly AttemptResult[], nowMs: number): void {
  const attempt = connection.prepare(`INSERT INTO webhook_attempts
    (delivery_id, webhook_id, account_id, attempt, at_ms, took_ms, status, error, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = connection.prepare(`UPDATE webhook_deliveries
    SET status = ?, attempts = ?, next_attempt_at_ms = ?, finished_at_ms = ? WHERE id = ? AND status = 'pending'`);
  for (const { delivery, status, nextAttemptAtMs, attempt: tried } of results) {
    const { id, webhookId, accountId, resource } = delivery;
    const attempts = delivery.attempts + 1;
    const { atMs, tookMs, error, answer } = tried;
    attempt.run([id, webhookId, accountId, attempts, atMs, tookMs, tried.status, error, answer]);
    update.run([status, attempts, nextAttemptAtMs, status === 'pending' ? null : nowMs, id]);
    if (status !== 'pending') letNextGo(connection, webhookId, resource);
  }
}

function letNextGo(connection: SqliteConnection, webhookId: number, resource: string): void {
  connection
    .prepare(`UPDATE webhook_deliveries SET waits = 0 WHERE id = (SELECT min(id) FROM webhook_deliveries
      WHERE webhook_id = ? AND resource = ? AND status = 'pending')`)
    .run([webhookId, resource]);
}

/** Gives up all that is on its way to an endpoint; it can be sent again by hand. */
function giveUpAll(connection: SqliteConnection, webhookId: number, nowMs: number): void {
  connection
    .prepare(`UPDATE webhook_deliveries SET status = 'dead', waits = 0, finished_at_ms = ?
      WHERE webhook_id = ? AND status = 'pending'`)
    .run([nowMs, webhookId]);
}

/** The endpoint said that it is gone for good (410): it is left alone until somebody switches it on again. */
export function disableWebhook(connection: SqliteConnection, webhookId: number, reason: string, nowMs: number): void {
  connection
    .prepare(`UPDATE webhooks SET disabled_at_ms = ?, disabled_reason = ?, updated_at_ms = ?
      WHERE id = ? AND disabled_at_ms IS NULL`)
    .run([nowMs, reason, nowMs, webhookId]);
  giveUpAll(connection, webhookId, nowMs);
}
