import { type Static, Type } from 'typebox';
import type { WalletFunding } from '../../billing-hooks/index.ts';
import { DEFAULT_CURRENCY, fromCents, toCents } from '../../tenancy/index.ts';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError, notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import type { FundingRow } from '../money-store-port.ts';
import type { Principal } from '../principal.ts';
import { CURRENCY, envelope, ID_PARAMS, isoTime, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';

const TAG = 'Wallet';

const CENTS = { maximum: 100_000_000 };
const FIELDS = {
  source: setOf<WalletFunding['source']>(
    { notice: true, payment: true, service: true },
    {
      description: 'notice: only told; payment: taken by the payment provider; service: granted by the operator’s own.',
    },
  ),
  threshold: Type.Integer({ minimum: 0, ...CENTS, description: 'Cents; below it the wallet is filled.' }),
  amount: Type.Integer({ minimum: 1, ...CENTS, description: 'Cents at a time.' }),
  most_per_day: Type.Integer({ minimum: 1, maximum: 100_000, description: 'Times a day, by the account’s calendar.' }),
  down_credit: Type.Integer({
    ...{ minimum: 0, ...CENTS },
    description: 'Cents that calls may go below zero while the service does not answer.',
  }),
};
const CHANGE = Type.Partial(Type.Object(FIELDS), { additionalProperties: false });
const REQUEST = Type.Object({
  reference: Type.String(),
  amount: Type.Integer({ description: 'Cents that were asked for.' }),
  status: setOf<FundingRow['status']>({ asked: true, pending: true, succeeded: true, failed: true }),
  reason: nullable(Type.String()),
  created_at: Type.String(),
});
const SHAPE = Type.Object({
  currency: Type.String(),
  ...FIELDS,
  requests: Type.Array(REQUEST, { description: 'The last ones first.' }),
});

const QUERY = Type.Object({ currency: Type.Optional(CURRENCY) }, { additionalProperties: false });

function currencyOf(query: Static<typeof QUERY>): string {
  return query.currency ?? DEFAULT_CURRENCY;
}

/** How a wallet is filled by itself (F-130). */
export function installWalletFunding(define: DefineRoute, deps: AdminDeps): void {
  const money = () => deps.store.money;
  const show = async (accountId: number, currency: string) => {
    const funding = await money().getFunding(accountId, currency);
    if (funding === undefined) throw notFound('funding of that wallet');
    return { data: { currency, ...fundingView(funding, await money().fundingRequests(accountId, currency)) } };
  };
  define({
    method: 'GET',
    url: '/accounts/:id/funding',
    tag: TAG,
    summary: 'Show how a wallet is filled by itself, and the last times that it was',
    scope: 'billing:read',
    params: ID_PARAMS,
    query: QUERY,
    response: envelope(SHAPE),
    handler: async ({ principal, params, query }) =>
      show((await targetAccount(deps, principal, params.id)).id, currencyOf(query)),
  });
  define({
    method: 'PATCH',
    url: '/accounts/:id/funding',
    tag: TAG,
    summary: 'Fill a wallet whenever it falls below a threshold',
    scope: 'billing:write',
    params: ID_PARAMS,
    query: QUERY,
    body: CHANGE,
    publishes: true,
    response: envelope(SHAPE),
    handler: async ({ principal, params, query, body }) => {
      const currency = currencyOf(query);
      const { id } = await targetAccount(deps, principal, params.id);
      const before = await money().getFunding(id, currency);
      if (before === undefined) requireMoney(currency);
      const funding = changed(before, body);
      const isTrust = [funding, before].some((one) => one?.source === 'service' || (one?.downCreditMicros ?? 0) > 0);
      if (isTrust) requireAbove(principal, id);
      await money().setFunding(principal.actor, id, currency, funding);
      return show(id, currency);
    },
  });
  define({
    method: 'DELETE',
    url: '/accounts/:id/funding',
    tag: TAG,
    summary: 'Fill a wallet by hand again',
    scope: 'billing:write',
    params: ID_PARAMS,
    query: QUERY,
    publishes: true,
    response: envelope(SHAPE),
    handler: async ({ principal, params, query }) => {
      const currency = currencyOf(query);
      const { id } = await targetAccount(deps, principal, params.id);
      const before = await money().getFunding(id, currency);
      if (before === undefined) throw notFound('funding of that wallet');
      if (before.source === 'service') requireAbove(principal, id);
      const shown = await show(id, currency);
      await money().setFunding(principal.actor, id, currency, null);
      return shown;
    },
  });
}

/** A slip of the keyboard makes no wallet. */
function requireMoney(currency: string): void {
  if (Intl.supportedValuesOf('currency').includes(currency)) return;
  throw fieldError('currency', `${currency} is no currency; write one of ISO 4217, such as EUR or USD`);
}

/** Money that is not the account's own is not given by itself. */
function requireAbove(principal: Principal, accountId: number): void {
  if (principal.kind === 'operator' || accountId !== principal.homeAccountId) return;
  throw new ApiError('insufficient_scope', 'A service, and credit while it is silent, are set by the account above.');
}

function changed(before: WalletFunding | undefined, change: Static<typeof CHANGE>): WalletFunding {
  const micros = (cents: number | undefined) => (cents === undefined ? undefined : fromCents(cents));
  const source = change.source ?? before?.source;
  if (source === undefined) throw fieldError('source', 'is required: notice, payment or service');
  const thresholdMicros = micros(change.threshold) ?? before?.thresholdMicros;
  if (thresholdMicros === undefined) throw fieldError('threshold', 'is required, in cents');
  const amountMicros = micros(change.amount) ?? before?.amountMicros ?? (source === 'notice' ? thresholdMicros : 0);
  if (amountMicros <= 0 && source !== 'notice') throw fieldError('amount', 'is required, in cents');
  return {
    ...{ source, thresholdMicros, amountMicros: Math.max(1, amountMicros) },
    mostPerDay: change.most_per_day ?? before?.mostPerDay ?? 3,
    downCreditMicros: micros(change.down_credit) ?? before?.downCreditMicros ?? 0,
  };
}

function fundingView(funding: WalletFunding, requests: readonly FundingRow[]): Omit<Static<typeof SHAPE>, 'currency'> {
  return {
    ...{ source: funding.source, threshold: toCents(funding.thresholdMicros), amount: toCents(funding.amountMicros) },
    ...{ most_per_day: funding.mostPerDay, down_credit: toCents(funding.downCreditMicros) },
    requests: requests.map(({ reference, amountMicros, status, reason, createdAtMs }) => ({
      ...{ reference, amount: toCents(amountMicros), status, reason, created_at: isoTime(createdAtMs) },
    })),
  };
}
