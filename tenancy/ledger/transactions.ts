import { sql } from 'kysely';
import {
  type EntryKind,
  type Found,
  inSlice,
  type ReferenceType,
  type Slice,
  type StoreContext,
  type Visible,
} from '../store/index.ts';

/** One movement of a wallet (F-072). */
export interface TransactionRow {
  readonly id: number;
  readonly entryId: number;
  readonly accountId: number;
  /** Signed. */
  readonly amountMicros: number;
  readonly balanceAfterMicros: number;
  readonly currency: string;
  readonly kind: EntryKind;
  readonly referenceType: ReferenceType;
  readonly referenceId: number | null;
  readonly trunkUuid: string | null;
  readonly note: string;
  readonly createdAtMs: number;
}

export interface TransactionFilter {
  readonly accountId?: number;
  readonly referenceType?: ReferenceType;
  readonly trunkUuid?: string;
}

const NAMES = { id: 'ledgerPostings.id', createdAtMs: 'ledgerEntries.atMs' };

/** The movements of the wallets that the caller sees, oldest first. */
export async function listTransactions(
  context: StoreContext,
  filter: TransactionFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<TransactionRow>> {
  let query = context.db
    .selectFrom('ledgerPostings')
    .innerJoin('ledgerAccounts', 'ledgerAccounts.id', 'ledgerPostings.ledgerAccountId')
    .innerJoin('ledgerEntries', 'ledgerEntries.id', 'ledgerPostings.entryId')
    .where('ledgerAccounts.kind', '=', 'wallet');
  if (visible !== null) {
    const ids = JSON.stringify([...visible]);
    query = query.where(sql<boolean>`ledger_postings.account_id IN (SELECT value FROM json_each(${ids}))`);
  }
  if (filter.accountId !== undefined) query = query.where('ledgerPostings.accountId', '=', filter.accountId);
  if (filter.referenceType !== undefined) query = query.where('referenceType', '=', filter.referenceType);
  if (filter.trunkUuid !== undefined) query = query.where('trunkUuid', '=', filter.trunkUuid);
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const found = query
    .select(['ledgerPostings.id', 'entryId', 'ledgerPostings.accountId', 'amountMicros', 'balanceAfterMicros'])
    .select(['ledgerEntries.currency', 'ledgerEntries.kind', 'referenceType', 'referenceId', 'trunkUuid', 'note'])
    .select('ledgerEntries.atMs as createdAtMs');
  const rows = await inSlice(found, slice, NAMES).execute();
  // A wallet always has an owner: `topUp` and the charges open them so.
  return { total, rows: rows.map((row) => ({ ...row, accountId: row.accountId ?? 0 })) };
}
