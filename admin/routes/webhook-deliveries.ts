import { Type } from 'typebox';
import { EVENT, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError, notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { StoredDelivery } from '../store-port.ts';
import { findWebhook } from './find-webhook.ts';

const TAG = 'Webhooks';

const DELIVERY_STATUS = setOf<StoredDelivery['status']>(
  { pending: true, delivered: true, dead: true },
  { description: 'dead: after 24 hours of attempts.' },
);

const DELIVERY = Type.Object({
  id: Type.Integer(),
  event_id: Type.String({ description: 'As in X-DIDfarm-Event-Id.' }),
  event: EVENT,
  status: DELIVERY_STATUS,
  attempts: Type.Array(
    Type.Object({
      attempt: Type.Integer(),
      status: nullable(Type.Integer({ description: 'HTTP status; null without an answer.' })),
      at: Type.String(),
      took_ms: Type.Integer(),
      error: nullable(Type.String()),
      answer: Type.String({ description: 'The beginning of it.' }),
    }),
  ),
  next_attempt_at: nullable(Type.String()),
  created_at: Type.String(),
  body: Type.String({ description: 'The very bytes that were signed.' }),
});

const DELIVERY_PARAMS = Type.Object({ ...ID_PARAMS.properties, delivery_id: Type.String({ maxLength: 20 }) });

/** What was sent to an endpoint, what it said, and how to send it again. */
export function installWebhookDeliveries(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/webhooks/:id/deliveries',
    tag: TAG,
    summary: 'What was sent there, newest first, with every attempt',
    scope: 'webhooks:read',
    params: ID_PARAMS,
    query: Type.Object(
      { ...sortedBy('created_at'), status: Type.Optional(DELIVERY_STATUS), event: Type.Optional(EVENT) },
      { additionalProperties: false },
    ),
    response: listEnvelope(DELIVERY),
    handler: async ({ principal, params, query }) => {
      const { id } = await findWebhook(deps, principal, params.id);
      const page = parsePage({ sort: '-id', ...query });
      const { rows, meta } = paged(page, await deps.store.webhooks.deliveries(id, page, query));
      return { data: rows.map(deliveryView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/webhooks/:id/deliveries/:delivery_id',
    tag: TAG,
    summary: 'One delivery with every attempt',
    scope: 'webhooks:read',
    params: DELIVERY_PARAMS,
    response: envelope(DELIVERY),
    handler: async ({ principal, params }) => {
      const { id } = await findWebhook(deps, principal, params.id);
      const deliveryId = idOf(params.delivery_id);
      const { rows } = await deps.store.webhooks.deliveries(id, { afterId: deliveryId - 1, offset: 0, limit: 1 });
      const [row] = rows;
      if (row === undefined || row.id !== deliveryId) throw notFound('delivery');
      return { data: deliveryView(row) };
    },
  });
  define({
    method: 'POST',
    url: '/webhooks/:id/test',
    tag: TAG,
    summary: 'Send the event webhook.test to this endpoint; the delivery shows what came of it',
    scope: 'webhooks:write',
    params: ID_PARAMS,
    status: 202,
    response: envelope(Type.Object({ delivery_id: Type.Integer(), status: Type.Literal('pending') })),
    handler: async ({ principal, params }) => {
      const webhook = await findWebhook(deps, principal, params.id);
      const isOff = webhook.disabledAtMs !== null;
      if (isOff) throw fieldError('enabled', 'is false: switch the endpoint on first (PATCH with "enabled": true)');
      return { data: { delivery_id: await deps.store.webhooks.sendTest(principal.actor, webhook), status: 'pending' } };
    },
  });
  define({
    method: 'POST',
    url: '/webhooks/:id/deliveries/:delivery_id/replay',
    tag: TAG,
    summary: 'Send a finished delivery again, the same body with the same event id',
    scope: 'webhooks:write',
    params: DELIVERY_PARAMS,
    response: envelope(Type.Object({ id: Type.Integer(), status: Type.Literal('pending') })),
    handler: async ({ principal, params }) => {
      const webhook = await findWebhook(deps, principal, params.id);
      const id = idOf(params.delivery_id);
      await deps.store.webhooks.replay(principal.actor, webhook, id);
      return { data: { id, status: 'pending' } };
    },
  });
}

function idOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw notFound('delivery');
  return Number(text);
}

function deliveryView(row: StoredDelivery) {
  return {
    id: row.id,
    event_id: `evt_${row.outboxId}`,
    event: row.event,
    status: row.status,
    attempts: row.tries.map(({ attempt, status, atMs, tookMs, error, answer }) => ({
      ...{ attempt, status, at: isoTime(atMs), took_ms: tookMs, error, answer },
    })),
    next_attempt_at: row.status === 'pending' ? isoTime(row.nextAttemptAtMs) : null,
    created_at: isoTime(row.createdAtMs),
    body: row.body,
  };
}
