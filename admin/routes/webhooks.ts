import { Type } from 'typebox';
import { EVENT_NAMES } from '../../tenancy/index.ts';
import { DELETED } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { WebhookRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import { checkWebhookUrl } from '../webhook-url.ts';
import { ACCOUNT_FILTER, accountFilter, searchBy } from './filters.ts';
import { findWebhook } from './find-webhook.ts';

const TAG = 'Webhooks';

const EVENT_OR_ALL = Type.Enum(['*', ...EVENT_NAMES]);

const SHOWN = {
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer({ description: "null: the operator's, for every account." })),
  url: Type.String(),
  events: Type.Array(EVENT_OR_ALL),
  enabled: Type.Boolean({ description: 'false: nothing is sent.' }),
  disabled_reason: nullable(Type.String({ description: 'Switched off by hand, or the endpoint answered 410 Gone.' })),
  secret_rotates_at: nullable(
    Type.String({ description: 'Until then the old secret signs, and the new one beside it.' }),
  ),
  created_at: Type.String(),
};

const CREATE = Type.Object(
  {
    url: Type.String({ minLength: 10, maxLength: 2000, description: 'https:// or http://.' }),
    events: Type.Optional(Type.Array(EVENT_OR_ALL, { minItems: 1, maxItems: 40 })),
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);

const CHANGE = Type.Object(
  {
    url: Type.Optional(CREATE.properties.url),
    events: CREATE.properties.events,
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** Where an account wants to hear of events (S1:188-213, A16, A17). */
export function installWebhooks(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  defineChanges(define, deps);
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
      checkWebhookUrl(deps, body.url);
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
    response: envelope(DELETED),
    handler: async ({ principal, params }) => {
      const { id, uuid } = await findWebhook(deps, principal, params.id);
      await deps.store.webhooks.remove(principal.actor, id);
      return { data: { id, uuid, status: 'deleted' } };
    },
  });
}

function defineChanges(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'PATCH',
    url: '/webhooks/:id',
    tag: TAG,
    summary: 'Change address or events of an endpoint, or switch it off and on',
    scope: 'webhooks:write',
    params: ID_PARAMS,
    body: CHANGE,
    response: envelope(Type.Object(SHOWN)),
    handler: async ({ principal, params, body }) => {
      const before = await findWebhook(deps, principal, params.id);
      const { url, events, enabled } = body;
      if (url !== undefined) checkWebhookUrl(deps, url);
      const change = { url, events, isEnabled: enabled };
      return { data: webhookView(await deps.store.webhooks.update(principal.actor, before, change)) };
    },
  });
  define({
    method: 'POST',
    url: '/webhooks/:id/rotate-secret',
    tag: TAG,
    summary: 'Make a new secret; the old one signs on for overlap_seconds, the new one in X-DIDfarm-Signature-Next',
    scope: 'webhooks:write',
    params: ID_PARAMS,
    body: Type.Object(
      {
        overlap_seconds: Type.Optional(
          Type.Integer({ minimum: 0, maximum: 30 * 86_400, description: 'Default 86400.' }),
        ),
      },
      { additionalProperties: false },
    ),
    response: envelope(Type.Object({ ...SHOWN, secret: Type.String() })),
    handler: async ({ principal, params, body }) => {
      const webhook = await findWebhook(deps, principal, params.id);
      const overlapSec = body.overlap_seconds ?? 86_400;
      const { row, secret } = await deps.store.webhooks.rotateSecret(principal.actor, webhook, overlapSec);
      return { data: { ...webhookView(row), secret } };
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
      { ...sortedBy('url', 'created_at'), ...ACCOUNT_FILTER, ...searchBy('Part of the address.') },
      { additionalProperties: false },
    ),
    response: listEnvelope(Type.Object(SHOWN)),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const { rows, meta } = paged(
        page,
        await deps.store.webhooks.list(principal.visible, page, { ...account, search: query.search }),
      );
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
}

function webhookView(row: WebhookRow) {
  const { id, uuid, accountId, url, events, disabledReason, rotatesAtMs } = row;
  return {
    ...{ id, uuid, account_id: accountId, url, events },
    enabled: row.disabledAtMs === null,
    disabled_reason: disabledReason,
    secret_rotates_at: rotatesAtMs === null ? null : isoTime(rotatesAtMs),
    created_at: isoTime(row.createdAtMs),
  };
}
