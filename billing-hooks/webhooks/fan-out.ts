import {
  accountAndAbove,
  enqueue,
  hears,
  markDispatched,
  type NewDelivery,
  type OutboxRow,
  renderEvent,
  type SqliteConnection,
  type StoreContext,
  takeEvents,
  type WebhookTarget,
} from '../../tenancy/index.ts';

/** Events that are handed on in one transaction, while nothing else can be done. */
const BATCH = 100;

/** Puts what happened on the way to each endpoint that asked for it. @returns whether there may be more */
export function fanOut(
  connection: SqliteConnection,
  targets: readonly WebhookTarget[],
  { secrets, clock }: Pick<StoreContext, 'secrets' | 'clock'>,
): boolean {
  const nowMs = clock.nowMs();
  const events = takeEvents(connection, BATCH, secrets);
  if (events.length === 0) return false;
  const chains = new Map<number | null, readonly number[]>([[null, []]]);
  for (const event of targets.length === 0 ? [] : events) {
    const above = chains.get(event.accountId) ?? accountAndAbove(connection, event.accountId ?? 0);
    chains.set(event.accountId, above);
    const hearing = targets.filter((target) => wants(target, event, above));
    if (hearing.length > 0) enqueue(connection, deliveriesOf(event, hearing, nowMs), secrets);
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
  return hears(webhook.events, event.event);
}

/** What must stay in order: the events of one trunk, of one number, of one call, of one carrier, of one wallet. */
function resourceOf({ id, event, data, accountId }: OutboxRow): string {
  const {
    number,
    trunk_uuid: trunk,
    call_uuid: call,
    carrier_uuid: carrier,
  } = data as Readonly<Record<string, unknown>>;
  if (event === 'wallet.low') return `wallet ${accountId}`;
  if (typeof call === 'string') return call;
  if (typeof carrier === 'string') return carrier;
  if (event.startsWith('trunk.') && typeof trunk === 'string') return trunk;
  return typeof number === 'string' ? number : `event ${id}`;
}
