import { Type } from 'typebox';
import { toCents } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, ID_PARAMS, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';

const REPORT = Type.Object({
  account_id: Type.Integer(),
  released: Type.Array(Type.String({ description: 'Numbers that were given back.' })),
  balance: Type.Integer({ description: 'Cents.' }),
  calls_to_charge: Type.Integer({ description: 'Calls that have ended and are not charged yet.' }),
  costs: Type.Array(
    Type.Object({
      trunk_uuid: nullable(Type.String()),
      trunk_name: nullable(Type.String()),
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
          balance: toCents(report.balanceMicros),
          calls_to_charge: report.callsToCharge,
          costs: report.costs.map(({ key, name, amountMicros, charges }) => ({
            ...{ trunk_uuid: key, trunk_name: name, charges },
            amount: toCents(amountMicros),
          })),
        },
      };
    },
  });
}
