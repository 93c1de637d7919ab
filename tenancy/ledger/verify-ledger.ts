import type { SqliteConnection, Store } from '../store/index.ts';
import { type HashedEntry, type HashedPosting, hashEntry } from './entry-hash.ts';

export interface LedgerReport {
  readonly entries: number;
  readonly postings: number;
  /** What is wrong, in sentences; none: the ledger is sound. */
  readonly faults: readonly string[];
}

interface EntryRow extends HashedEntry {
  readonly previousHash: string;
  readonly hash: string;
}

interface PostingRow extends HashedPosting {
  readonly id: number;
  readonly entryId: number;
  readonly currency: string;
}

/** After so many the rest is not listed: one change breaks every hash behind it. */
const MOST_FAULTS = 100;

/**
 * Replays the ledger: numbers without gaps, sums of zero, balances, currencies, and the hash chain.
 * @param afterEntry up to there it was found sound before, and only what was written since is looked at; 0: all of it
 */
export function verifyLedger(store: Store, afterEntry = 0): Promise<LedgerReport> {
  return store.bulk((connection) => replay(connection, afterEntry));
}

function replay(connection: SqliteConnection, afterEntry: number): LedgerReport {
  const faults: string[] = [];
  const postings = connection.prepare(POSTINGS).iterate([afterEntry]) as IterableIterator<PostingRow>;
  const byEntry = new Map<number, PostingRow[]>();
  let count = 0;
  const balances = balancesAt(connection, afterEntry);
  for (const posting of postings) {
    count++;
    const before = balances.get(posting.ledgerAccountId) ?? 0;
    balances.set(posting.ledgerAccountId, before + posting.amountMicros);
    if (before + posting.amountMicros !== posting.balanceAfterMicros) {
      faults.push(
        `Posting ${posting.id} shows a balance of ${posting.balanceAfterMicros}; replay gives ${before + posting.amountMicros}.`,
      );
    }
    const lines = byEntry.get(posting.entryId);
    if (lines === undefined) byEntry.set(posting.entryId, [posting]);
    else lines.push(posting);
  }
  let previous = hashOf(connection, afterEntry);
  let number = afterEntry;
  for (const entry of connection.prepare(ENTRIES).iterate([afterEntry]) as IterableIterator<EntryRow>) {
    number++;
    const lines = byEntry.get(entry.id) ?? [];
    byEntry.delete(entry.id);
    checkEntry(entry, lines, number, previous, faults);
    previous = entry.hash;
  }
  for (const id of byEntry.keys()) faults.push(`There are postings of an entry ${id} that does not exist.`);
  if (faults.length > MOST_FAULTS) faults.splice(MOST_FAULTS, faults.length, 'There are more faults than are listed.');
  return { entries: number - afterEntry, postings: count, faults };
}

/** What stood in each ledger account when that entry had been written. */
function balancesAt(connection: SqliteConnection, entryId: number): Map<number, number> {
  if (entryId === 0) return new Map();
  const rows = connection.prepare(BALANCES).all([entryId]) as { readonly id: number; readonly balance: number }[];
  return new Map(rows.map(({ id, balance }) => [id, balance]));
}

function hashOf(connection: SqliteConnection, entryId: number): string {
  const [row] = connection.prepare('SELECT hash FROM ledger_entries WHERE id = ?').all([entryId]);
  return (row as { readonly hash: string } | undefined)?.hash ?? '';
}

function checkEntry(
  entry: EntryRow,
  lines: readonly PostingRow[],
  number: number,
  previous: string,
  faults: string[],
): void {
  if (entry.id !== number) faults.push(`Entry ${number} is missing; ${entry.id} stands in its place.`);
  const sum = lines.reduce((total, line) => total + line.amountMicros, 0);
  if (sum !== 0 || lines.length < 2)
    faults.push(`The ${lines.length} postings of entry ${entry.id} sum to ${sum}, not to zero.`);
  if (lines.some((line) => line.currency !== entry.currency)) faults.push(`Entry ${entry.id} mixes currencies.`);
  if (entry.previousHash !== previous) faults.push(`Entry ${entry.id} does not follow the entry before it.`);
  if (hashEntry(entry.previousHash, entry, lines) !== entry.hash)
    faults.push(`Entry ${entry.id} was changed after it was written.`);
}

const POSTINGS = `SELECT p.id, p.entry_id AS entryId, p.ledger_account_id AS ledgerAccountId, p.amount_micros AS amountMicros,
  p.balance_after_micros AS balanceAfterMicros, a.currency FROM ledger_postings p
  JOIN ledger_accounts a ON a.id = p.ledger_account_id 
  WHERE p.id > (SELECT coalesce(max(id), 0) FROM ledger_postings WHERE entry_id = ?) ORDER BY p.id`;
const ENTRIES = `SELECT id, account_id AS accountId, idempotency_key AS idempotencyKey, currency, reference_type AS referenceType,
  reference_id AS referenceId, kind, trunk_uuid AS trunkUuid, note, at_ms AS atMs, previous_hash AS previousHash, hash
  FROM ledger_entries WHERE id > ? ORDER BY id`;
const BALANCES = `SELECT id, coalesce((SELECT balance_after_micros FROM ledger_postings
    WHERE ledger_account_id = a.id AND entry_id <= ? ORDER BY id DESC LIMIT 1), 0) AS balance FROM ledger_accounts a`;
