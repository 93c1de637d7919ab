import {
  accountAndAbove,
  enqueue,
  markDispatched,
  type NewDelivery,
  type OutboxRow,
  renderEvent,
  type SqliteConnection,
  takeEvents,
  type WebhookTarget,
} from '../../tenancy/index.ts';

/** Events that are handed on in one transaction, while nothing else can be done. */
const BATCH = 100;

/** Puts what happened on the way to each endpoint that asked for it. @returns whether there may be more */
export function fanOut(connection: SqliteConnection, targets: readonly WebhookTarget[], nowMs: number): boolean {
  const events = takeEvents(connection, BATCH);
  if (events.length === 0) return false;
  const chains = new Map<number | null, readonly number[]>([[null, []]]);
  for (const event of targets.length === 0 ? [] : events) {
    const above = chains.get(event.accountId) ?? accountAndAbove(connection, event.accountId ?? 0);
    chains.set(event.accountId, above);
    const hearing = targets.filter((target) => wants(target, event, above));
    if (hearing.length > 0) enqueue(connection, deliveriesOf(event, hearing, nowMs));
  }
  markDispatched(
    connection,
    events.map(({ id }) => id),
    nowMs,
  );
  return events.length === BATCH;
}

function deliveriesOf(event: OutboxRow, targets: readonly WebhookTarget[], nowMs: number): readonly NewDelivery[] {
  const shared = { outboxId: event.id, event: event.event, resource: resourceOf(event), body: renderEvent(event) };
  const times = { nextAttemptAtMs: nowMs, createdAtMs: nowMs };
  return targets.map(({ id: webhookId, accountId }) => ({ webhookId, accountId, ...shared, ...times }));
}

/** An account hears of itself and of those below it, as it sees them in the API. */
function wants(webhook: WebhookTarget, event: OutboxRow, above: readonly number[]): boolean {
  const isHeard = webhook.accountId === null || above.includes(webhook.accountId);
  if (!isHeard || webhook.createdAtMs > event.createdAtMs) return false;
  return webhook.events.includes('*') || webhook.events.includes(event.event);
}

/** What must stay in order: the events of one trunk, of one number. */
function resourceOf({ id, event, data }: OutboxRow): string {
  const { number, trunk_uuid: trunk } = data as { readonly number?: unknown; readonly trunk_uuid?: unknown };
  if (event.startsWith('trunk.') && typeof trunk === 'string') return trunk;
  return typeof number === 'string' ? number : `event ${id}`;
}
