import { sql } from 'kysely';
import { TenancyError } from '../errors.ts';
import type { EntryKind, LedgerKind, ReferenceType, StoreContext } from '../store/index.ts';
import { type HashedPosting, hashEntry, sha256 } from './entry-hash.ts';

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
  const { earlier, last } = await findEntries(context, entry.idempotencyKey);
  if (earlier !== undefined) {
    if (earlier.bodyHash === bodyHash) return { entryId: earlier.id, replayed: true };
    throw new TenancyError('idempotency_mismatch', 'This idempotency key was used before for something else.');
  }
  const id = (last?.id ?? 0) + 1;
  const written = await writePostings(context, id, currency, entry);
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
  const [found] = await findLedgerAccounts(context, currency, [{ accountId, kind }]);
  return found?.balanceMicros ?? 0;
}

/** The entry that this key has made, and the last one of the chain. */
async function findEntries(context: StoreContext, idempotencyKey: string) {
  const rows = await context.db
    .selectFrom('ledgerEntries')
    .select(['id', 'hash', 'bodyHash', 'idempotencyKey'])
    .where((eb) =>
      eb.or([
        eb('idempotencyKey', '=', idempotencyKey),
        eb('id', '=', (of) => of.selectFrom('ledgerEntries').select((max) => max.fn.max('id').as('id'))),
      ]),
    )
    .orderBy('id', 'desc')
    .execute();
  return { earlier: rows.find((row) => row.idempotencyKey === idempotencyKey), last: rows[0] };
}

async function writePostings(
  context: StoreContext,
  entryId: number,
  currency: string,
  { postings, creditMicros = 0 }: NewEntry,
): Promise<readonly HashedPosting[]> {
  const accounts = [...(await findLedgerAccounts(context, currency, postings))];
  const rows = [];
  for (const { accountId, kind, amountMicros } of postings) {
    let account = accounts.find((one) => one.accountId === accountId && one.kind === kind);
    if (account === undefined) {
      account = await openLedgerAccount(context, accountId, kind, currency);
      accounts.push(account);
    }
    account.balanceMicros += amountMicros;
    const { id: ledgerAccountId, balanceMicros: balanceAfterMicros } = account;
    if (!Number.isSafeInteger(balanceAfterMicros))
      throw new TenancyError('validation_failed', 'The amount is too large.');
    if (kind === 'wallet' && amountMicros < 0 && balanceAfterMicros < -creditMicros)
      throw new TenancyError('insufficient_balance', 'Wallet balance too low for this purchase.');
    rows.push({ ledgerAccountId, amountMicros, balanceAfterMicros, accountId, entryId });
  }
  await context.db.insertInto('ledgerPostings').values(rows).execute();
  return rows;
}

interface LedgerAccount {
  readonly id: number;
  readonly accountId: number | null;
  readonly kind: LedgerKind;
  balanceMicros: number;
}

async function openLedgerAccount(
  context: StoreContext,
  accountId: number | null,
  kind: LedgerKind,
  currency: string,
): Promise<LedgerAccount> {
  const { id } = await context.db
    .insertInto('ledgerAccounts')
    .values({ accountId, kind, currency })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id, accountId, kind, balanceMicros: 0 };
}

const BALANCE = sql<number>`coalesce((SELECT balance_after_micros FROM ledger_postings
  WHERE ledger_account_id = ledger_accounts.id ORDER BY id DESC LIMIT 1), 0)`;

/** Those of the ledger accounts that exist, each with what stands in it. */
function findLedgerAccounts(
  context: StoreContext,
  currency: string,
  wanted: readonly Pick<NewPosting, 'accountId' | 'kind'>[],
): Promise<readonly LedgerAccount[]> {
  return context.db
    .selectFrom('ledgerAccounts')
    .select(['id', 'accountId', 'kind'])
    .select(BALANCE.as('balanceMicros'))
    .where((eb) =>
      eb.or(
        wanted.map(({ accountId, kind }) =>
          eb.and([
            // As the index is made: an account of the platform has no owner.
            sql<boolean>`coalesce(account_id, 0) = ${accountId ?? 0}`,
            eb('kind', '=', kind),
            eb('currency', '=', currency),
          ]),
        ),
      ),
    )
    .execute();
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
