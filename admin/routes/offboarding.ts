import { Type } from 'typebox';
import { DEFAULT_CURRENCY, toCents, type WalletBalance } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, ID_PARAMS, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';

const REPORT = Type.Object({
  account_id: Type.Integer(),
  released: Type.Array(Type.String({ description: 'Numbers that were given back.' })),
  balance: Type.Integer({ description: 'Cents left in EUR; `wallets` has every currency.' }),
  wallets: Type.Array(Type.Object({ currency: Type.String(), balance: Type.Integer({ description: 'Cents.' }) })),
  refunded: Type.Integer({ description: 'Cents: rent of unused days that was given back.' }),
  calls_to_charge: Type.Integer({ description: 'Calls that have ended and are not charged yet.' }),
  costs: Type.Array(
    Type.Object({
      trunk_uuid: nullable(Type.String()),
      trunk_name: nullable(Type.String()),
      currency: Type.String(),
      amount: Type.Integer({ description: 'Cents, ever.' }),
      charges: Type.Integer(),
    }),
  ),
});

/** F-105: a client leaves. */
export function installOffboarding(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/accounts/:id/offboard',
    tag: 'Accounts',
    summary: 'Close an account for good: its calls end, its numbers go back; the answer is its last report',
    scope: 'accounts:write',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(REPORT),
    handler: async ({ principal, params }) => {
      const account = await targetAccount(deps, principal, params.id);
      if (principal.kind !== 'operator' && account.id === principal.homeAccountId)
        throw new ApiError('insufficient_scope', 'An account is closed by the account above it or the operator.');
      const report = await deps.store.orders.offboard(principal.actor, account.id);
      return {
        data: {
          account_id: report.accountId,
          released: [...report.released],
          balance: toCents(balanceIn(report.wallets, DEFAULT_CURRENCY)),
          wallets: report.wallets.map(({ currency, balanceMicros }) => ({ currency, balance: toCents(balanceMicros) })),
          refunded: toCents(report.refundedMicros),
          calls_to_charge: report.callsToCharge,
          costs: report.costs.map(({ key, name, currency, amountMicros, charges }) => ({
            ...{ trunk_uuid: key, trunk_name: name, currency, charges },
            amount: toCents(amountMicros),
          })),
        },
      };
    },
  });
}

function balanceIn(wallets: readonly WalletBalance[], currency: string): number {
  return wallets.find((wallet) => wallet.currency === currency)?.balanceMicros ?? 0;
}
