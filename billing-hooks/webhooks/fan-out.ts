import {
  accountChain,
  createDeliveries,
  markDispatched,
  type OutboxRow,
  type StoreContext,
  takeOutbox,
  type WebhookRow,
} from '../../tenancy/index.ts';

const BATCH = 500;

/** Puts what happened on the way to each endpoint that asked for it. @returns how many events were taken */
export async function fanOut(context: StoreContext, webhooks: readonly WebhookRow[]): Promise<number> {
  const events = await takeOutbox(context, BATCH);
  if (events.length === 0) return 0;
  const now = context.clock.nowMs();
  const chains = new Map<number, readonly number[]>();
  for (const event of webhooks.length === 0 ? [] : events) {
    const above = await chainOf(context, event.accountId, chains);
    const body = renderBody(event);
    const resource = resourceOf(event);
    const targets = webhooks.filter((webhook) => wants(webhook, event, above));
    await createDeliveries(
      context,
      targets.map(({ id, accountId }) => ({
        ...{ webhookId: id, accountId, outboxId: event.id, event: event.event, resource, body },
        nextAttemptAtMs: now,
        createdAtMs: now,
      })),
    );
  }
  await markDispatched(
    context,
    events.map(({ id }) => id),
  );
  return events.length;
}

async function chainOf(context: StoreContext, accountId: number | null, known: Map<number, readonly number[]>) {
  if (accountId === null) return [];
  const chain = known.get(accountId) ?? (await accountChain(context, accountId)).map(({ id }) => id);
  known.set(accountId, chain);
  return chain;
}

/** S1:201-212: event, time to the second, data; the very bytes of every attempt. */
export function renderBody({ event, createdAtMs, data }: OutboxRow): string {
  const timestamp = new Date(createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return JSON.stringify({ event, timestamp, data });
}

/** An account hears of itself and of those below it, as it sees them in the API. */
function wants(webhook: WebhookRow, event: OutboxRow, above: readonly number[]): boolean {
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
