import { type Static, Type } from 'typebox';
import type { PortDecision } from '../../billing-hooks/index.ts';
import type { PortingRow } from '../../tenancy/index.ts';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable, parseMoment } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { toE164 } from './did-routing.ts';
import { accountFilter } from './filters.ts';

const TAG = 'Porting';
const STATUS = setOf<PortingRow['status']>({
  submitted: true,
  accepted: true,
  completed: true,
  rejected: true,
  cancelled: true,
});
const TIME = Type.String({ maxLength: 40, description: 'RFC 3339, or a date.' });

const ORDER = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  numbers: Type.Array(Type.String()),
  status: STATUS,
  current_provider: Type.String(),
  account_number: Type.String({ description: 'The customer number there.' }),
  sip_trunk_id: nullable(Type.Integer()),
  port_on: nullable(Type.String({ description: 'Not before; null: as soon as it can be.' })),
  ports_at: nullable(Type.String({ description: 'When the numbers come, or came.' })),
  reason: nullable(Type.String({ description: 'Why it was rejected.' })),
  created_at: Type.String(),
  updated_at: Type.String(),
});

const SUBMIT = Type.Object(
  {
    numbers: Type.Array(Type.String({ minLength: 3, maxLength: 32 }), { minItems: 1, maxItems: 100 }),
    current_provider: Type.String({ minLength: 1, maxLength: 200 }),
    account_number: Type.String({ minLength: 1, maxLength: 64 }),
    pin: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Kept sealed, never shown.' })),
    port_on: Type.Optional(TIME),
    sip_trunk_id: Type.Optional(ID_OR_UUID),
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);

const DECIDE = Type.Object(
  {
    status: Type.Optional(Type.Enum(['accepted', 'completed', 'rejected'], { description: 'Required.' })),
    ports_at: Type.Optional(TIME),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  },
  { additionalProperties: false },
);

/** Numbers that come over from another provider (F-124). */
export function installPorting(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  defineWrites(define, deps);
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/porting-orders',
    tag: TAG,
    summary: 'List porting orders',
    scope: 'numbers:read',
    query: Type.Object(
      {
        ...sortedBy('created_at'),
        account_id: Type.Optional(Type.String({ maxLength: 64 })),
        status: Type.Optional(STATUS),
      },
      { additionalProperties: false },
    ),
    response: listEnvelope(ORDER),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = { ...(await accountFilter(deps, principal, query.account_id)), status: query.status };
      const { rows, meta } = paged(page, await deps.store.porting.list(principal.visible, page, filter));
      return { data: rows.map(orderView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/porting-orders/:id',
    tag: TAG,
    summary: 'How it stands with a porting order',
    scope: 'numbers:read',
    params: ID_PARAMS,
    response: envelope(ORDER),
    handler: async ({ principal, params }) => ({
      data: orderView(await deps.store.porting.get(principal.visible, params.id)),
    }),
  });
}

function defineWrites(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/porting-orders',
    tag: TAG,
    summary: 'Bring numbers over from another provider; their rent begins when they are here',
    scope: 'numbers:write',
    body: SUBMIT,
    status: 201,
    publishes: true,
    response: envelope(ORDER),
    handler: async ({ principal, body }) => {
      const { id: accountId } = await targetAccount(deps, principal, body.account_id);
      const request = {
        ...{ accountId, numbers: body.numbers.map(toE164), currentProvider: body.current_provider },
        ...{ accountReference: body.account_number, pin: body.pin ?? null, trunk: body.sip_trunk_id ?? null },
        earliestMs: parseMoment('port_on', body.port_on) ?? null,
      };
      return { data: orderView(await deps.store.porting.submit(principal.actor, request)) };
    },
  });
  define({
    method: 'POST',
    url: '/porting-orders/:id/cancel',
    tag: TAG,
    summary: 'Take a porting order back while the numbers have not come',
    scope: 'numbers:write',
    params: ID_PARAMS,
    response: envelope(ORDER),
    handler: async ({ principal, params }) => {
      const order = await deps.store.porting.get(principal.visible, params.id);
      return { data: orderView(await deps.store.porting.cancel(principal.actor, order)) };
    },
  });
  define({
    method: 'POST',
    url: '/porting-orders/:id/decide',
    tag: TAG,
    summary: 'Say what became of a porting order that is worked on by hand',
    scope: 'operator',
    params: ID_PARAMS,
    body: DECIDE,
    publishes: true,
    response: envelope(ORDER),
    handler: async ({ principal, params, body }) => {
      const { id } = await deps.store.porting.get(principal.visible, params.id);
      const decided = await deps.store.porting.decide(principal.actor, id, decisionOf(body));
      return { data: orderView(decided) };
    },
  });
}

function decisionOf({ status, ports_at, reason }: Static<typeof DECIDE>): PortDecision {
  if (status === 'completed') return { status };
  if (status === 'rejected') {
    if (reason === undefined) throw fieldError('reason', 'is required');
    return { status, reason };
  }
  if (status === undefined) throw fieldError('status', 'is required');
  const portsAtMs = parseMoment('ports_at', ports_at);
  if (portsAtMs === undefined) throw fieldError('ports_at', 'is required');
  return { status, portsAtMs };
}

function orderView(order: PortingRow): Static<typeof ORDER> {
  const { id, uuid, accountId, numbers, status, currentProvider, accountReference, trunkId, reason } = order;
  const time = (ms: number | null) => (ms === null ? null : isoTime(ms));
  return {
    ...{ id, uuid, account_id: accountId, numbers: [...numbers], status, current_provider: currentProvider },
    ...{ account_number: accountReference, sip_trunk_id: trunkId, reason },
    ...{ port_on: time(order.earliestMs), ports_at: time(order.portsAtMs) },
    ...{ created_at: isoTime(order.createdAtMs), updated_at: isoTime(order.updatedAtMs) },
  };
}
