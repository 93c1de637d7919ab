import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope } from '../shapes.ts';

/** Checks the whole ledger: sums, chain, balances. */
export function installLedger(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/ledger/verify',
    tag: 'Ledger',
    summary: 'Verify the ledger',
    scope: 'operator',
    response: envelope(
      Type.Object({ sound: Type.Boolean(), entries: Type.Integer(), faults: Type.Array(Type.String()) }),
    ),
    handler: async () => {
      const { entries, faults } = await deps.store.wallet.verify();
      return { data: { sound: faults.length === 0, entries, faults } };
    },
  });
}
