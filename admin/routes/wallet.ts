import { Type } from 'typebox';
import { DEFAULT_CURRENCY, formatMoney, fromCents, toCents, type WalletBalance } from '../../tenancy/index.ts';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { idempotencyKey } from '../http/idempotency.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { CURRENCY, envelope, ID_OR_UUID, isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { TransactionRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';

const TAG = 'Wallet';
const ACCOUNT_ID = Type.Optional(Type.String({ maxLength: 64, description: 'Default: the account acted in.' }));

const BALANCE_SHAPE = Type.Object({
  balance: Type.String({ description: 'Two decimals.' }),
  currency: Type.String(),
  balance_cents: Type.Integer(),
});

const TRANSACTION_SHAPE = Type.Object({
  id: Type.Integer(),
  account_id: Type.Integer(),
  amount: Type.Integer({ description: 'Signed cents.' }),
  balance_after: Type.Integer({ description: 'Cents.' }),
  currency: Type.String(),
  reference_type: setOf<TransactionRow['referenceType']>({
    order: true,
    number: true,
    trunk: true,
    call: true,
    message: true,
    topup: true,
    refund: true,
    adjustment: true,
    invoice: true,
  }),
  reference_id: nullable(Type.Integer()),
  kind: setOf<TransactionRow['kind']>({
    topup: true,
    charge: true,
    refund: true,
    adjustment: true,
    hold: true,
    capture: true,
    release: true,
  }),
  trunk_uuid: nullable(Type.String({ description: 'The trunk at the time of the charge.' })),
  note: Type.String(),
  created_at: Type.String(),
});

const TOP_UP = Type.Object(
  {
    account_id: ID_OR_UUID,
    amount: Type.Integer({ minimum: -10_000_000_000, maximum: 10_000_000_000, description: 'Signed cents, not 0.' }),
    currency: Type.Optional(CURRENCY),
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);

/** Money as S1:172-186 shows it; amounts are cents, the store keeps micro-units (A3). */
export function installWallet(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  define({
    method: 'POST',
    url: '/wallet/topups',
    tag: TAG,
    summary: 'Add money to a wallet, or take it away',
    scope: 'operator',
    body: TOP_UP,
    status: 201,
    publishes: true,
    resumes: true,
    response: envelope(TRANSACTION_SHAPE),
    handler: async ({ principal, body, request }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const entry = await deps.store.wallet.topUp(principal.actor, {
        accountId: account.id,
        amountMicros: fromCents(body.amount),
        currency: body.currency ?? DEFAULT_CURRENCY,
        note: body.note ?? '',
        idempotencyKey: idempotencyKey(request),
      });
      return { data: transactionView(entry) };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/wallet/balance',
    tag: TAG,
    summary: 'Show the balance',
    scope: 'billing:read',
    query: Type.Object({ account_id: ACCOUNT_ID, currency: Type.Optional(CURRENCY) }, { additionalProperties: false }),
    response: BALANCE_SHAPE,
    handler: async ({ principal, query }) => {
      const account = await targetAccount(deps, principal, query.account_id);
      const { currency = DEFAULT_CURRENCY } = query;
      const balanceMicros = await deps.store.wallet.balance(account.id, currency);
      return balanceView({ currency, balanceMicros });
    },
  });
  define({
    method: 'GET',
    url: '/wallet/balances',
    tag: TAG,
    summary: 'Show the balance in every currency that was ever paid or charged',
    scope: 'billing:read',
    query: Type.Object({ account_id: ACCOUNT_ID }, { additionalProperties: false }),
    response: envelope(Type.Array(BALANCE_SHAPE)),
    handler: async ({ principal, query }) => {
      const account = await targetAccount(deps, principal, query.account_id);
      return { data: (await deps.store.wallet.wallets(account.id)).map(balanceView) };
    },
  });
  define({
    method: 'GET',
    url: '/wallet/transactions',
    tag: TAG,
    summary: 'List what was charged and paid in',
    scope: 'billing:read',
    query: Type.Object({ ...sortedBy('created_at'), account_id: ACCOUNT_ID }, { additionalProperties: false }),
    response: listEnvelope(TRANSACTION_SHAPE),
    handler: async ({ principal, query }) => {
      const account = await targetAccount(deps, principal, query.account_id);
      const page = parsePage(query);
      const { rows, meta } = paged(page, await deps.store.wallet.transactions(account.id, page));
      return { data: rows.map(transactionView), meta };
    },
  });
}

function balanceView({ currency, balanceMicros }: WalletBalance) {
  return { balance: formatMoney(balanceMicros), currency, balance_cents: toCents(balanceMicros) };
}

function transactionView(entry: TransactionRow) {
  return {
    id: entry.id,
    account_id: entry.accountId,
    amount: toCents(entry.amountMicros),
    balance_after: toCents(entry.balanceAfterMicros),
    currency: entry.currency,
    reference_type: entry.referenceType,
    reference_id: entry.referenceId,
    kind: entry.kind,
    trunk_uuid: entry.trunkUuid,
    note: entry.note,
    created_at: isoTime(entry.createdAtMs),
  };
}
