import { type Static, Type } from 'typebox';
import { toCents } from '../../tenancy/index.ts';
import { objectOrNull, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { idempotencyKey } from '../http/idempotency.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { MessageDeliveryRow, MessageRow } from '../store-port.ts';
import { toE164 } from './did-routing.ts';
import { accountFilter } from './filters.ts';

const TAG = 'Messages';
const NUMBER = Type.String({ minLength: 3, maxLength: 32, description: 'E.164.' });
const BODY = Type.String({ minLength: 1, maxLength: 1600, pattern: '^[^\\u0000]+$' });

const DIRECTION = setOf<MessageRow['direction']>({ out: true, in: true });
const STATUS = setOf<MessageRow['status']>({
  queued: true,
  sent: true,
  delivered: true,
  failed: true,
  received: true,
});

export const MESSAGE_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  direction: DIRECTION,
  from: Type.String(),
  to: Type.String(),
  body: Type.String({ description: 'Empty once it was deleted, 90 days later.' }),
  encoding: setOf<MessageRow['encoding']>({ 'GSM-7': true, 'UCS-2': true }),
  segments: Type.Integer({ description: 'Parts; each is charged.' }),
  status: STATUS,
  reason: nullable(Type.String({ description: 'Why it failed.' })),
  price: Type.Integer({ description: 'Cents, rounded; price_micros is exact.' }),
  price_micros: Type.Integer({ description: 'Millionths of the currency.' }),
  currency: Type.String(),
  pbx: objectOrNull(
    Type.Object(
      {
        status: setOf<MessageDeliveryRow['status']>({ pending: true, delivered: true, failed: true }),
        sip_status: nullable(Type.Integer({ description: 'What the PBX answered last.' })),
        attempts: Type.Integer(),
        reason: nullable(Type.String({ description: 'trunk_offline, pbx_unreachable or message_refused.' })),
        finished_at: nullable(Type.String()),
      },
      { description: 'How far what came in has got on its way to the PBX of the number; null: it goes to none.' },
    ),
  ),
  created_at: Type.String(),
  sent_at: nullable(Type.String()),
  finished_at: nullable(Type.String()),
});

/** S1:155-168. */
export function installMessages(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/messages/send',
    tag: TAG,
    summary: 'Send a message from a number with sms_enabled; charged by part',
    resumes: true,
    scope: 'messages:write',
    body: Type.Object({ from: NUMBER, to: NUMBER, body: BODY }, { additionalProperties: false }),
    status: 201,
    response: envelope(MESSAGE_SHAPE),
    handler: async ({ principal, body, request }) => {
      const key = idempotencyKey(request);
      const message = await deps.store.messages.send(principal.actor, principal.visible, {
        from: toE164(body.from),
        to: toE164(body.to),
        body: body.body,
        idempotencyKey: key === undefined ? undefined : `${principal.actor} ${key}`,
      });
      return { data: messageView(message) };
    },
  });
  define({
    method: 'GET',
    url: '/messages',
    tag: TAG,
    summary: 'List messages, in and out',
    scope: 'messages:read',
    query: Type.Object(
      {
        ...sortedBy('created_at'),
        account_id: Type.Optional(Type.String({ maxLength: 64 })),
        direction: Type.Optional(DIRECTION),
        status: Type.Optional(STATUS),
        number: Type.Optional(Type.String({ maxLength: 32, description: 'On either side.' })),
      },
      { additionalProperties: false },
    ),
    response: listEnvelope(MESSAGE_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const { direction, status, number } = query;
      const filter = { ...(await accountFilter(deps, principal, query.account_id)), direction, status, number };
      const { rows, meta } = paged(page, await deps.store.messages.list(principal.visible, page, filter));
      const deliveries = await deps.store.messages.deliveries(rows.map(({ id }) => id));
      return { data: rows.map((row) => messageView(row, deliveries.get(row.id))), meta };
    },
  });
  define({
    method: 'GET',
    url: '/messages/:id',
    tag: TAG,
    summary: 'Show a message, and what became of it',
    scope: 'messages:read',
    params: ID_PARAMS,
    response: envelope(MESSAGE_SHAPE),
    handler: async ({ principal, params }) => {
      const message = await deps.store.messages.get(principal.visible, params.id);
      return { data: messageView(message, (await deps.store.messages.deliveries([message.id])).get(message.id)) };
    },
  });
}

/** A message as the API shows it: `price` in cents, `price_micros` in micro-units; `pbx` where it goes to one. */
export function messageView(message: MessageRow, delivery?: MessageDeliveryRow): Static<typeof MESSAGE_SHAPE> {
  const { id, uuid, accountId, direction, fromNumber, toNumber, body, encoding, segments, status, reason } = message;
  return {
    ...{ id, uuid, account_id: accountId, direction, from: fromNumber, to: toNumber, body },
    ...{ encoding, segments, status, reason, currency: message.currency },
    price: toCents(message.priceMicros),
    price_micros: message.priceMicros,
    pbx: delivery === undefined ? null : pbxView(delivery),
    created_at: isoTime(message.createdAtMs),
    sent_at: isoTime(message.sentAtMs),
    finished_at: isoTime(message.finishedAtMs),
  };
}

function pbxView({ status, sipStatus, attempts, reason, finishedAtMs }: MessageDeliveryRow) {
  return { status, sip_status: sipStatus, attempts, reason, finished_at: isoTime(finishedAtMs) };
}
