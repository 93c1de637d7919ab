import { randomUUID } from 'node:crypto';
import { type CallHolds, creditOf } from '../../billing-hooks/index.ts';
import {
  getBalance,
  listTransactions,
  listWallets,
  type Store,
  type StoreContext,
  topUp,
  verifyLedger,
} from '../../tenancy/index.ts';
import type { WalletStore } from '../shop-store-port.ts';
import { audited } from './audited.ts';

/** Wallets over the ledger. */
export function createWalletStore(store: Store, holds: CallHolds): WalletStore {
  return {
    balance: (accountId, currency) => getBalance(store, accountId, currency),
    wallets: (accountId) => listWallets(store, accountId),
    transactions: (accountId, slice) => listTransactions(store, { accountId }, slice, null),
    topUp: (actor, { accountId, amountMicros, currency, note, idempotencyKey }) =>
      // A correction downwards leaves what calls hold, as a purchase does.
      holds.during({ accountId, amountMicros: -amountMicros, currency }, (heldMicros) =>
        audited(store, actor, 'top_up', 'wallet', async (context) => {
          const key = idempotencyKey === undefined ? `topup:${randomUUID()}` : `topup:${actor}:${idempotencyKey}`;
          const creditMicros = (await creditOf(context, accountId)) - heldMicros;
          const money = { accountId, amountMicros, currency, note, idempotencyKey: key, creditMicros };
          const { entryId } = await topUp(context, money);
          const row = await walletPosting(context, accountId, entryId);
          return { result: row, accountId, resourceId: String(accountId), before: null, after: row };
        }),
      ),
    verify: () => verifyLedger(store),
  };
}

/** The movement of the wallet that the entry made. */
async function walletPosting(context: StoreContext, accountId: number, entryId: number) {
  const { id } = await context.db
    .selectFrom('ledgerPostings')
    .innerJoin('ledgerAccounts', 'ledgerAccounts.id', 'ledgerPostings.ledgerAccountId')
    .select('ledgerPostings.id')
    .where('entryId', '=', entryId)
    .where('ledgerAccounts.kind', '=', 'wallet')
    .executeTakeFirstOrThrow();
  const { rows } = await listTransactions(context, { accountId }, { afterId: id - 1, offset: 0, limit: 1 }, null);
  const [row] = rows;
  if (row === undefined) throw new Error(`ledger entry ${entryId} has no wallet posting`);
  return row;
}
