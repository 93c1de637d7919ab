import { type Static, Type } from 'typebox';
import type { Quote } from '../../billing-hooks/index.ts';
import { formatMoney, toCents } from '../../tenancy/index.ts';
import { NUMBER_KIND, orNull, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import { idempotencyKey } from '../http/idempotency.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { OrderRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import { toE164 } from './did-routing.ts';
import { accountFilter } from './filters.ts';
import { COUNTRY_CODE, NUMBER_TYPE, toNumberType } from './number-search.ts';

const TAG = 'Orders';

const ITEM = Type.Object({
  did_number_id: nullable(Type.Integer()),
  number: Type.String(),
  country: nullable(Type.String()),
  type: orNull(NUMBER_KIND),
  status: Type.String({ description: 'When it was ordered: active, or pending_regulatory.' }),
  setup_fee: Type.Integer({ description: 'Cents.' }),
  monthly_rate: Type.Integer({ description: 'Cents.' }),
  requires_regulatory: Type.Boolean(),
});

/** A2. */
const PLACED = {
  order_id: Type.Integer(),
  status: setOf<OrderRow['status']>({ pending: true, completed: true, failed: true, cancelled: true }),
  currency: Type.String(),
  total: Type.Integer({ description: 'Cents: setup fees and the first month.' }),
  requires_regulatory: Type.Boolean({ description: 'At least one number waits for documents.' }),
  items: Type.Array(ITEM),
};
const ORDER = Type.Object({ id: Type.Integer(), account_id: Type.Integer(), ...PLACED, created_at: Type.String() });

const { did_number_id: _, ...QUOTED_ITEM } = ITEM.properties;
const QUOTE = Type.Object({
  currency: Type.String(),
  total: Type.Integer({ description: 'Cents: setup fees and the first month.' }),
  monthly_total: Type.Integer({ description: 'Cents.' }),
  balance: Type.String(),
  affordable: Type.Boolean({ description: 'The wallet, with its credit, pays for it now.' }),
  items: Type.Array(Type.Object(QUOTED_ITEM)),
});

const CHECKOUT = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          number: Type.String({ minLength: 5, maxLength: 32, description: 'As the search gives it.' }),
          country: Type.Optional(COUNTRY_CODE),
          type: Type.Optional(NUMBER_TYPE),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 100 },
    ),
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);

/** S1:89-105: wallet, order and numbers in a single transaction. */
export function installOrders(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/wallet/checkout',
    tag: TAG,
    summary: 'Buy numbers; all of them, or none and no debit',
    scope: 'numbers:write',
    body: CHECKOUT,
    status: 201,
    publishes: true,
    resumes: true,
    response: envelope(Type.Object(PLACED)),
    handler: async ({ principal, body, request }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const key = idempotencyKey(request);
      const order = await deps.store.orders.checkout(principal.actor, {
        accountId: account.id,
        items: itemsOf(body),
        idempotencyKey: key === undefined ? undefined : `${principal.actor} ${key}`,
      });
      return { data: placedView(order) };
    },
  });
  define({
    method: 'POST',
    url: '/wallet/quote',
    tag: TAG,
    summary: 'What a cart would cost; nothing is bought',
    scope: 'numbers:read',
    body: CHECKOUT,
    response: envelope(QUOTE),
    handler: async ({ principal, body }) => {
      const { id: accountId } = await targetAccount(deps, principal, body.account_id);
      return { data: quoteView(await deps.store.orders.quote({ accountId, items: itemsOf(body) })) };
    },
  });
  define({
    method: 'GET',
    url: '/orders',
    tag: TAG,
    summary: 'List orders',
    scope: 'billing:read',
    query: Type.Object(
      { ...sortedBy('created_at'), account_id: Type.Optional(Type.String({ maxLength: 64 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(ORDER),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const { rows, meta } = paged(page, await deps.store.orders.list(principal.visible, page, account));
      return { data: rows.map(orderView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/orders/:id',
    tag: TAG,
    summary: 'Show an order',
    scope: 'billing:read',
    params: ID_PARAMS,
    response: envelope(ORDER),
    handler: async ({ principal, params }) => {
      if (!/^\d{1,15}$/.test(params.id)) throw notFound('order');
      return { data: orderView(await deps.store.orders.find(principal.visible, Number(params.id))) };
    },
  });
}

function itemsOf({ items }: Static<typeof CHECKOUT>) {
  return items.map(({ number, country, type }) => ({
    number: toE164(number),
    country: country?.toUpperCase(),
    type: toNumberType(type),
  }));
}

function quoteView(quote: Quote): Static<typeof QUOTE> {
  return {
    currency: quote.currency,
    total: toCents(quote.totalMicros),
    monthly_total: toCents(quote.monthlyMicros),
    balance: formatMoney(quote.balanceMicros),
    affordable: quote.isAffordable,
    items: quote.items.map(({ setupFeeMicros, monthlyRateMicros, requiresRegulatory, ...item }) => ({
      ...item,
      setup_fee: toCents(setupFeeMicros),
      monthly_rate: toCents(monthlyRateMicros),
      requires_regulatory: requiresRegulatory,
    })),
  };
}

function placedView(order: OrderRow) {
  return {
    order_id: order.id,
    status: order.status,
    currency: order.currency,
    total: toCents(order.totalMicros),
    requires_regulatory: order.items.some((item) => item.requiresRegulatory),
    items: order.items.map((item) => ({
      did_number_id: item.didId,
      number: item.number,
      country: item.country,
      type: item.type,
      status: item.status,
      setup_fee: toCents(item.setupFeeMicros),
      monthly_rate: toCents(item.monthlyRateMicros),
      requires_regulatory: item.requiresRegulatory,
    })),
  };
}

function orderView(order: OrderRow) {
  const { id, accountId, createdAtMs } = order;
  return { id, account_id: accountId, ...placedView(order), created_at: isoTime(createdAtMs) };
}
