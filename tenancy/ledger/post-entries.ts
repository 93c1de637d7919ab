import { sql } from 'kysely';
import { TenancyError } from '../errors.ts';
import type { EntryKind, LedgerKind, ReferenceType, StoreContext } from '../store/index.ts';
import { type HashedEntry, type HashedPosting, hashEntry, sha256 } from './entry-hash.ts';
import { LedgerBook } from './ledger-book.ts';

export const DEFAULT_CURRENCY = 'EUR';

export interface NewPosting {
  /** `null`: the platform's. */
  readonly accountId: number | null;
  readonly kind: LedgerKind;
  /** Signed micro-units; what comes into that ledger account is positive. */
  readonly amountMicros: number;
}

export interface NewEntry {
  /** Acts once; the same key with another content is refused. */
  readonly idempotencyKey: string;
  /** Whose event it is. */
  readonly accountId: number | null;
  readonly kind: EntryKind;
  readonly referenceType: ReferenceType;
  /** `self`: the number of the entry. */
  readonly referenceId: number | 'self' | null;
  /** A23: the trunk at the time of the charge; a number that moves later does not rewrite history. */
  readonly trunkUuid?: string | null;
  readonly note?: string;
  /** @default EUR */
  readonly currency?: string;
  /** At least two, summing to zero. */
  readonly postings: readonly NewPosting[];
  /** How far below zero a wallet may go by this entry, in micro-units; negative: what has to stay. @default 0 */
  readonly creditMicros?: number;
}

export interface Posted {
  readonly entryId: number;
  /** The key had acted before, so nothing was written now. */
  readonly replayed: boolean;
}

/**
 * Writes one entry. Call it within `store.write`, together with what it pays for.
 * @throws TenancyError `insufficient_balance`, `idempotency_mismatch`, `validation_failed`
 */
export async function postEntry(context: StoreContext, entry: NewEntry): Promise<Posted> {
  const [posted] = await postEntries(context, [entry]);
  if (posted === undefined) throw new TypeError('an entry was neither written nor refused');
  return posted;
}

/**
 * Writes entries in their order, as one `postEntry` after the other would, by as many statements as one of them
 * needs: all, or none.
 * @throws TenancyError as `postEntry` does
 */
export async function postEntries(context: StoreContext, entries: readonly NewEntry[]): Promise<readonly Posted[]> {
  if (entries.length === 0) return [];
  for (const { postings } of entries) checkPostings(postings);
  const { earlier, last } = await findEntries(context, entries);
  const isNew = (entry: NewEntry) => !earlier.has(entry.idempotencyKey);
  const book = await LedgerBook.open(context, entries.filter(isNew).flatMap(sidesOf));
  const rows: EntryRow[] = [];
  const postings: PostingRow[] = [];
  const posted = entries.map((entry): Posted => {
    const bodyHash = hashBody(entry);
    const known = earlier.get(entry.idempotencyKey);
    if (known?.bodyHash === bodyHash) return { entryId: known.id, replayed: true };
    if (known !== undefined)
      throw new TenancyError('idempotency_mismatch', 'This idempotency key was used before for something else.');
    const id = (rows.at(-1)?.id ?? last?.id ?? 0) + 1;
    const written = bookPostings(book, id, entry);
    const row = { ...rowOf(context, id, entry), bodyHash };
    const previousHash = rows.at(-1)?.hash ?? last?.hash ?? '';
    rows.push({ ...row, previousHash, hash: hashEntry(previousHash, row, written) });
    postings.push(...written);
    earlier.set(entry.idempotencyKey, { id, bodyHash });
    return { entryId: id, replayed: false };
  });
  if (rows.length > 0) await write(context, rows, postings);
  return posted;
}

interface EntryRow extends HashedEntry {
  readonly bodyHash: string;
  readonly previousHash: string;
  readonly hash: string;
}

interface PostingRow extends HashedPosting {
  readonly accountId: number | null;
  readonly entryId: number;
}

/** Each column as the statements below read it, by its place. */
async function write(context: StoreContext, rows: readonly EntryRow[], postings: readonly PostingRow[]): Promise<void> {
  const lines = postings.map((p) => [p.ledgerAccountId, p.amountMicros, p.balanceAfterMicros, p.accountId, p.entryId]);
  await sql`INSERT INTO ledger_postings (ledger_account_id, amount_micros, balance_after_micros, account_id, entry_id)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
    FROM json_each(${JSON.stringify(lines)})`.execute(context.db);
  // Last: an entry seals its postings, and the database refuses it unless they sum to zero.
  const heads = rows.map((row) => [
    ...[row.id, row.accountId, row.idempotencyKey, row.currency, row.referenceType, row.referenceId, row.kind],
    ...[row.trunkUuid, row.note, row.bodyHash, row.previousHash, row.hash, row.atMs],
  ]);
  await sql`INSERT INTO ledger_entries (id, account_id, idempotency_key, currency, reference_type, reference_id, kind,
      trunk_uuid, note, body_hash, previous_hash, hash, at_ms)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
      value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12
    FROM json_each(${JSON.stringify(heads)})`.execute(context.db);
}

function rowOf(context: StoreContext, id: number, entry: NewEntry): HashedEntry {
  return {
    id,
    accountId: entry.accountId,
    idempotencyKey: entry.idempotencyKey,
    currency: currencyOf(entry),
    referenceType: entry.referenceType,
    referenceId: entry.referenceId === 'self' ? id : entry.referenceId,
    kind: entry.kind,
    trunkUuid: entry.trunkUuid ?? null,
    note: entry.note ?? '',
    atMs: context.clock.nowMs(),
  };
}

interface Known {
  readonly id: number;
  readonly bodyHash: string;
}

/** The entries that these keys have made, and the last one of the chain. */
async function findEntries(context: StoreContext, entries: readonly NewEntry[]) {
  const keys = JSON.stringify(entries.map(({ idempotencyKey }) => idempotencyKey));
  const { rows } = await sql<Known & { readonly hash: string; readonly idempotencyKey: string }>`
    SELECT id, hash, body_hash, idempotency_key FROM ledger_entries
    WHERE idempotency_key IN (SELECT value FROM json_each(${keys})) OR id = (SELECT max(id) FROM ledger_entries)
    ORDER BY id DESC`.execute(context.db);
  const wanted = new Set(entries.map(({ idempotencyKey }) => idempotencyKey));
  const made = rows.filter(({ idempotencyKey }) => wanted.has(idempotencyKey));
  return { earlier: new Map<string, Known>(made.map((row) => [row.idempotencyKey, row])), last: rows[0] };
}

function bookPostings(book: LedgerBook, entryId: number, entry: NewEntry): readonly PostingRow[] {
  const { postings, creditMicros = 0 } = entry;
  return postings.map(({ accountId, kind, amountMicros }) => {
    const { id: ledgerAccountId, balanceMicros } = book.add(
      { accountId, kind, currency: currencyOf(entry) },
      amountMicros,
    );
    if (!Number.isSafeInteger(balanceMicros)) throw new TenancyError('validation_failed', 'The amount is too large.');
    if (kind === 'wallet' && amountMicros < 0 && balanceMicros < -creditMicros)
      throw new TenancyError('insufficient_balance', 'Wallet balance too low for this purchase.');
    return { ledgerAccountId, amountMicros, balanceAfterMicros: balanceMicros, accountId, entryId };
  });
}

function sidesOf(entry: NewEntry) {
  return entry.postings.map(({ accountId, kind }) => ({ accountId, kind, currency: currencyOf(entry) }));
}

function currencyOf({ currency }: NewEntry): string {
  return currency ?? DEFAULT_CURRENCY;
}

function checkPostings(postings: readonly NewPosting[]): void {
  const sum = postings.reduce((total, posting) => total + posting.amountMicros, 0);
  const whole = postings.every(({ amountMicros }) => Number.isSafeInteger(amountMicros) && amountMicros !== 0);
  if (postings.length >= 2 && whole && sum === 0) return;
  throw new TenancyError(
    'validation_failed',
    'amount: must be a whole number of micro-units and not zero, and the postings must sum to zero',
    {
      field: 'amount',
    },
  );
}

function hashBody(entry: NewEntry): string {
  const { accountId, kind, referenceType, referenceId, trunkUuid, note, postings } = entry;
  const lines = postings.map((posting) => [posting.accountId, posting.kind, posting.amountMicros]);
  return sha256(
    JSON.stringify([
      accountId,
      kind,
      referenceType,
      referenceId,
      trunkUuid ?? null,
      note ?? '',
      currencyOf(entry),
      lines,
    ]),
  );
}
