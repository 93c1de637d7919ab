import { sql } from 'kysely';
import type { LedgerKind, StoreContext } from '../store/index.ts';

/** Names a ledger account; `accountId` is `null` for the platform's. */
export interface LedgerSide {
  readonly accountId: number | null;
  readonly kind: LedgerKind;
  readonly currency: string;
}

interface LedgerAccount extends LedgerSide {
  readonly id: number;
  balanceMicros: number;
}

/** Ledger accounts of one transaction with what stands in them, and what is about to be posted to them. */
export class LedgerBook {
  readonly #accounts: Map<string, LedgerAccount>;

  private constructor(accounts: readonly LedgerAccount[]) {
    this.#accounts = new Map(accounts.map((account) => [nameOf(account), account]));
  }

  /** Reads those accounts, and opens the ones that nothing was ever posted to. */
  static async open(context: StoreContext, sides: readonly LedgerSide[]): Promise<LedgerBook> {
    const book = new LedgerBook(await findLedgerAccounts(context, sides));
    for (const side of sides) {
      if (book.#accounts.has(nameOf(side))) continue;
      const { id } = await context.db
        .insertInto('ledgerAccounts')
        .values({ ...side })
        .returning('id')
        .executeTakeFirstOrThrow();
      book.#accounts.set(nameOf(side), { ...side, id, balanceMicros: 0 });
    }
    return book;
  }

  /** @returns the account with its balance after that; it may be no whole number any longer */
  add(side: LedgerSide, amountMicros: number): Readonly<LedgerAccount> {
    const account = this.#accounts.get(nameOf(side));
    if (account === undefined) throw new TypeError(`ledger account ${nameOf(side)} was not opened`);
    account.balanceMicros += amountMicros;
    return account;
  }
}

function nameOf({ accountId, kind, currency }: LedgerSide): string {
  return `${accountId ?? 0}/${kind}/${currency}`;
}

/** Those of the ledger accounts that exist, each with what stands in it (micro-units). */
export async function findLedgerAccounts(
  context: StoreContext,
  sides: readonly LedgerSide[],
): Promise<readonly LedgerAccount[]> {
  const wanted = new Map(sides.map((side) => [nameOf(side), [side.accountId ?? 0, side.kind, side.currency]]));
  // As the index is made: an account of the platform has no owner.
  const { rows } = await sql<LedgerAccount>`SELECT a.id, a.account_id, a.kind, a.currency,
      coalesce((SELECT balance_after_micros FROM ledger_postings
        WHERE ledger_account_id = a.id ORDER BY id DESC LIMIT 1), 0) AS balance_micros
    FROM json_each(${JSON.stringify([...wanted.values()])})
    CROSS JOIN ledger_accounts a ON coalesce(a.account_id, 0) = json_each.value ->> 0
      AND a.kind = json_each.value ->> 1 AND a.currency = json_each.value ->> 2`.execute(context.db);
  return rows;
}
