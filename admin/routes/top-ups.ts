import { type Static, Type } from 'typebox';
import { DEFAULT_CURRENCY, fromCents, toCents } from '../../tenancy/index.ts';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import type { PaymentRow } from '../money-store-port.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { CURRENCY, envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { accountFilter } from './filters.ts';

const TAG = 'Wallet';

const PAYMENT = Type.Object({
  id: Type.Integer(),
  account_id: Type.Integer(),
  amount: Type.Integer({ description: 'Cents; what was paid, once it was.' }),
  currency: Type.String(),
  status: setOf<PaymentRow['status']>({ pending: true, succeeded: true, failed: true }),
  provider: Type.String(),
  provider_reference: Type.String(),
  url: nullable(Type.String({ description: 'Where a person pays.' })),
  created_at: Type.String(),
});

const START = Type.Object(
  {
    amount: Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'Cents.' }),
    currency: Type.Optional(CURRENCY),
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);

/** Payments into a wallet by a payment provider; the money is there when the provider has said so. */
export function installTopUps(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/wallet/top-ups',
    tag: TAG,
    summary: 'Begin a payment into a wallet',
    scope: 'billing:write',
    body: START,
    status: 201,
    response: envelope(PAYMENT),
    handler: async ({ principal, body }) => {
      const { id: accountId } = await targetAccount(deps, principal, body.account_id);
      const { amount, currency = DEFAULT_CURRENCY } = body;
      const payment = { accountId, amountMicros: fromCents(amount), currency };
      return { data: paymentView(await deps.store.money.startPayment(principal.actor, payment)) };
    },
  });
  define({
    method: 'GET',
    url: '/wallet/top-ups',
    tag: TAG,
    summary: 'List payments',
    scope: 'billing:read',
    query: Type.Object(
      { ...sortedBy('created_at'), account_id: Type.Optional(Type.String({ maxLength: 64 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(PAYMENT),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const { rows, meta } = paged(page, await deps.store.money.listPayments(principal.visible, page, account));
      return { data: rows.map(paymentView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/wallet/top-ups/:id',
    tag: TAG,
    summary: 'Show how a payment stands',
    scope: 'billing:read',
    params: ID_PARAMS,
    response: envelope(PAYMENT),
    handler: async ({ principal, params }) => {
      const payment = /^\d{1,15}$/.test(params.id)
        ? await deps.store.money.findPayment(principal.visible, Number(params.id))
        : undefined;
      if (payment === undefined) throw notFound('payment');
      return { data: paymentView(payment) };
    },
  });
}

function paymentView(row: PaymentRow): Static<typeof PAYMENT> {
  const { id, accountId, amountMicros, currency, status, provider, providerRef, url, createdAtMs } = row;
  return {
    ...{ id, account_id: accountId, amount: toCents(amountMicros), currency, status, provider, url },
    provider_reference: providerRef,
    created_at: isoTime(createdAtMs),
  };
}
