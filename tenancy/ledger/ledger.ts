import { sql } from 'kysely';
import { TenancyError } from '../errors.ts';
import type { EntryKind, LedgerKind, ReferenceType, StoreContext } from '../store/index.ts';
import { hashEntry, sha256 } from './entry-hash.ts';

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
  const currency = entry.currency ?? DEFAULT_CURRENCY;
  checkPostings(entry.postings);
  const bodyHash = hashBody(entry, currency);
  const earlier = await context.db
    .selectFrom('ledgerEntries')
    .select(['id', 'bodyHash'])
    .where('idempotencyKey', '=', entry.idempotencyKey)
    .executeTakeFirst();
  if (earlier !== undefined) {
    if (earlier.bodyHash === bodyHash) return { entryId: earlier.id, replayed: true };
    throw new TenancyError('idempotency_mismatch', 'This idempotency key was used before for something else.');
  }
  const last = await context.db
    .selectFrom('ledgerEntries')
    .select(['id', 'hash'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const id = (last?.id ?? 0) + 1;
  const written = [];
  for (const posting of entry.postings)
    written.push(await writePosting(context, id, currency, posting, entry.creditMicros ?? 0));
  const row = {
    id,
    accountId: entry.accountId,
    idempotencyKey: entry.idempotencyKey,
    currency,
    referenceType: entry.referenceType,
    referenceId: entry.referenceId === 'self' ? id : entry.referenceId,
    kind: entry.kind,
    trunkUuid: entry.trunkUuid ?? null,
    note: entry.note ?? '',
    atMs: context.clock.nowMs(),
  };
  const previousHash = last?.hash ?? '';
  const hash = hashEntry(previousHash, row, written);
  // Last: the entry seals its postings, and the database refuses it unless they sum to zero.
  await context.db
    .insertInto('ledgerEntries')
    .values({ ...row, bodyHash, previousHash, hash })
    .execute();
  return { entryId: id, replayed: false };
}

export interface TopUp {
  readonly accountId: number;
  /** Signed: a correction downwards is negative. */
  readonly amountMicros: number;
  readonly idempotencyKey: string;
  readonly note?: string;
  readonly currency?: string;
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
  const ledgerAccountId = await findLedgerAccount(context, accountId, kind, currency);
  return ledgerAccountId === undefined ? 0 : lastBalance(context, ledgerAccountId);
}

async function writePosting(
  context: StoreContext,
  entryId: number,
  currency: string,
  posting: NewPosting,
  creditMicros: number,
) {
  const { accountId, kind, amountMicros } = posting;
  const ledgerAccountId = await openLedgerAccount(context, accountId, kind, currency);
  const balanceAfterMicros = (await lastBalance(context, ledgerAccountId)) + amountMicros;
  if (!Number.isSafeInteger(balanceAfterMicros))
    throw new TenancyError('validation_failed', 'The amount is too large.');
  if (kind === 'wallet' && amountMicros < 0 && balanceAfterMicros < -creditMicros) {
    throw new TenancyError('insufficient_balance', 'Wallet balance too low for this purchase.');
  }
  const row = { ledgerAccountId, amountMicros, balanceAfterMicros };
  await context.db
    .insertInto('ledgerPostings')
    .values({ ...row, accountId, entryId })
    .execute();
  return row;
}

async function openLedgerAccount(
  context: StoreContext,
  accountId: number | null,
  kind: LedgerKind,
  currency: string,
): Promise<number> {
  const known = await findLedgerAccount(context, accountId, kind, currency);
  if (known !== undefined) return known;
  const made = await context.db
    .insertInto('ledgerAccounts')
    .values({ accountId, kind, currency })
    .returning('id')
    .executeTakeFirstOrThrow();
  return made.id;
}

async function findLedgerAccount(
  context: StoreContext,
  accountId: number | null,
  kind: LedgerKind,
  currency: string,
): Promise<number | undefined> {
  const row = await context.db
    .selectFrom('ledgerAccounts')
    .select('id')
    // As the index is made: an account of the platform has no owner.
    .where(sql<boolean>`coalesce(account_id, 0) = ${accountId ?? 0}`)
    .where('kind', '=', kind)
    .where('currency', '=', currency)
    .executeTakeFirst();
  return row?.id;
}

async function lastBalance(context: StoreContext, ledgerAccountId: number): Promise<number> {
  const row = await context.db
    .selectFrom('ledgerPostings')
    .select('balanceAfterMicros')
    .where('ledgerAccountId', '=', ledgerAccountId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.balanceAfterMicros ?? 0;
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

function hashBody(entry: NewEntry, currency: string): string {
  const { accountId, kind, referenceType, referenceId, trunkUuid, note, postings } = entry;
  const lines = postings.map((posting) => [posting.accountId, posting.kind, posting.amountMicros]);
  return sha256(
    JSON.stringify([accountId, kind, referenceType, referenceId, trunkUuid ?? null, note ?? '', currency, lines]),
  );
}
