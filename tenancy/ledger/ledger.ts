import { sql } from 'kysely';
import type { LedgerKind, StoreContext } from '../store/index.ts';
import { findLedgerAccounts } from './ledger-book.ts';
import { DEFAULT_CURRENCY, type Posted, postEntry } from './post-entries.ts';

export interface TopUp {
  readonly accountId: number;
  /** Signed: a correction downwards is negative. */
  readonly amountMicros: number;
  readonly idempotencyKey: string;
  readonly note?: string;
  readonly currency?: string;
  /** As `NewEntry` has it; only a correction downwards asks for it. */
  readonly creditMicros?: number;
}

/** Money that came in from outside (or, negative, was paid back). */
export function topUp(context: StoreContext, { accountId, amountMicros, ...rest }: TopUp): Promise<Posted> {
  return postEntry(context, {
    ...rest,
    accountId,
    kind: 'topup',
    referenceType: 'topup',
    referenceId: 'self',
    postings: [
      { accountId, kind: 'wallet', amountMicros },
      { accountId: null, kind: 'cash', amountMicros: -amountMicros },
    ],
  });
}

/** What stands in a ledger account, in micro-units; 0 when nothing was ever posted. */
export async function getBalance(
  context: StoreContext,
  accountId: number | null,
  currency: string = DEFAULT_CURRENCY,
  kind: LedgerKind = 'wallet',
): Promise<number> {
  const [found] = await findLedgerAccounts(context, [{ accountId, kind, currency }]);
  return found?.balanceMicros ?? 0;
}

/** A wallet of an account; it has one for each currency that it was ever paid or charged in. */
export interface WalletBalance {
  readonly currency: string;
  readonly balanceMicros: number;
}

export async function listWallets(context: StoreContext, accountId: number): Promise<readonly WalletBalance[]> {
  const { rows } = await sql<WalletBalance>`SELECT a.currency,
      coalesce((SELECT balance_after_micros FROM ledger_postings
        WHERE ledger_account_id = a.id ORDER BY id DESC LIMIT 1), 0) AS balance_micros
    FROM ledger_accounts a WHERE coalesce(a.account_id, 0) = ${accountId} AND a.kind = 'wallet'
    ORDER BY a.currency`.execute(context.db);
  return rows;
}
