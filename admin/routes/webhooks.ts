import { isIP } from 'node:net';
import { Type } from 'typebox';
import { EVENT_NAMES } from '../../billing-hooks/index.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError, notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { PAGE_QUERY, paged, parsePage } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { StoredDelivery, WebhookRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import { accountFilter } from './filters.ts';

const TAG = 'Webhooks';

const SHOWN = {
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer({ description: "null: the operator's, for every account." })),
  url: Type.String(),
  events: Type.Array(Type.String()),
  created_at: Type.String(),
};

const CREATE = Type.Object(
  {
    url: Type.String({ minLength: 10, maxLength: 2000, description: 'https:// or http://.' }),
    events: Type.Optional(Type.Array(Type.Enum(['*', ...EVENT_NAMES]), { minItems: 1, maxItems: 40 })),
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);

const DELIVERY = Type.Object({
  id: Type.Integer(),
  event_id: Type.String({ description: 'As in X-DIDfarm-Event-Id.' }),
  event: Type.String(),
  status: Type.String({ description: 'pending, delivered, or dead after 24 hours of attempts.' }),
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

/** Where an account wants to hear of events (S1:188-213, A16, A17). */
export function installWebhooks(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  define({
    method: 'POST',
    url: '/webhooks',
    tag: TAG,
    summary: 'Add an endpoint; its secret is shown here and never again',
    scope: 'webhooks:write',
    body: CREATE,
    status: 201,
    response: envelope(Type.Object({ ...SHOWN, secret: Type.String() })),
    handler: async ({ principal, body }) => {
      checkUrl(deps, body.url);
      const isPlatform = body.account_id === undefined && principal.accountId === null;
      const accountId = isPlatform ? null : (await targetAccount(deps, principal, body.account_id)).id;
      const fields = { accountId, url: body.url, events: body.events ?? ['*'] };
      const { row, secret } = await deps.store.webhooks.create(principal.actor, fields);
      return { data: { ...webhookView(row), secret } };
    },
  });
  define({
    method: 'DELETE',
    url: '/webhooks/:id',
    tag: TAG,
    summary: 'Remove an endpoint; what is on its way to it is given up',
    scope: 'webhooks:write',
    params: ID_PARAMS,
    response: envelope(Type.Object({ id: Type.Integer(), uuid: Type.String(), status: Type.String() })),
    handler: async ({ principal, params }) => {
      const { id, uuid } = await findWebhook(deps, principal, params.id);
      await deps.store.webhooks.remove(principal.actor, id);
      return { data: { id, uuid, status: 'deleted' } };
    },
  });
  define({
    method: 'POST',
    url: '/webhooks/:id/deliveries/:delivery_id/replay',
    tag: TAG,
    summary: 'Send a finished delivery again, the same body with the same event id',
    scope: 'webhooks:write',
    params: DELIVERY_PARAMS,
    response: envelope(Type.Object({ id: Type.Integer(), status: Type.String() })),
    handler: async ({ principal, params }) => {
      const webhook = await findWebhook(deps, principal, params.id);
      if (!/^\d{1,15}$/.test(params.delivery_id)) throw notFound('delivery');
      const id = Number(params.delivery_id);
      await deps.store.webhooks.replay(principal.actor, webhook, id);
      return { data: { id, status: 'pending' } };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/webhooks',
    tag: TAG,
    summary: 'List endpoints',
    scope: 'webhooks:read',
    query: Type.Object(
      { ...PAGE_QUERY, account_id: Type.Optional(Type.String({ maxLength: 64 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(Type.Object(SHOWN)),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const { rows, meta } = paged(page, await deps.store.webhooks.list(principal.visible, page, account));
      return { data: rows.map(webhookView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/webhooks/:id',
    tag: TAG,
    summary: 'Show an endpoint, without its secret',
    scope: 'webhooks:read',
    params: ID_PARAMS,
    response: envelope(Type.Object(SHOWN)),
    handler: async ({ principal, params }) => ({ data: webhookView(await findWebhook(deps, principal, params.id)) }),
  });
  define({
    method: 'GET',
    url: '/webhooks/:id/deliveries',
    tag: TAG,
    summary: 'What was sent there, newest first, with every attempt',
    scope: 'webhooks:read',
    params: ID_PARAMS,
    query: Type.Object(PAGE_QUERY, { additionalProperties: false }),
    response: listEnvelope(DELIVERY),
    handler: async ({ principal, params, query }) => {
      const { id } = await findWebhook(deps, principal, params.id);
      const page = parsePage(query);
      const { rows, meta } = paged(page, await deps.store.webhooks.deliveries(id, page));
      return { data: rows.map(deliveryView), meta };
    },
  });
}

async function findWebhook(deps: AdminDeps, principal: Principal, ref: string): Promise<WebhookRow> {
  const row = await deps.store.webhooks.find(principal.visible, ref);
  if (row === undefined) throw notFound('webhook');
  return row;
}

/** Names are judged when events are sent, for what they lead to changes. */
function checkUrl(deps: AdminDeps, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw fieldError('url', 'must be an address like https://example.org/hooks');
  }
  if (url.username !== '' || url.password !== '') throw fieldError('url', 'must not contain a user name or password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) > 0 && !deps.store.webhooks.mayReach(host)) {
    throw fieldError('url', `${host} is not a public address (the operator allows more by DIDFARM_WEBHOOK_ALLOW)`);
  }
}

function webhookView(row: WebhookRow) {
  const { id, uuid, accountId, url, events, createdAtMs } = row;
  return { id, uuid, account_id: accountId, url, events, created_at: isoTime(createdAtMs) };
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
