import { sql } from 'kysely';
import type { CallRecord } from '../../bus/index.ts';
import { type LedgerKind, type NewEntry, postEntries, type StoreContext } from '../../tenancy/index.ts';
import type { Level } from './rate-book.ts';
import type { Charge } from './rate-calls.ts';

/**
 * Writes charges, and posts what is due of each: `first` leaves out what was charged before, `again` posts the
 * difference to what was charged last, as an entry of its own. All of it takes a handful of statements.
 * @returns how many were written
 */
export async function writeCharges(
  context: StoreContext,
  charges: readonly Charge[],
  mode: 'first' | 'again',
): Promise<number> {
  const last = await lastCharges(context, charges);
  const due = charges.flatMap((charge): readonly Due[] => {
    const before = last.get(nameOf(charge));
    if (before === undefined)
      return [{ ...charge, revision: mode === 'first' ? 1 : 2, dueMicros: charge.amountMicros }];
    // What was charged in one currency is not given back in another.
    if (mode === 'first' || before.currency !== charge.level.deck.record.currency) return [];
    const dueMicros = charge.amountMicros - before.amountMicros;
    return dueMicros === 0 ? [] : [{ ...charge, revision: before.revision + 1, dueMicros }];
  });
  if (due.length === 0) return 0;
  const trunks = await trunkUuids(context, due);
  const posted = due.filter(({ dueMicros }) => dueMicros !== 0);
  const entries = await postEntries(
    context,
    posted.map((one) => entryOf(one, trunks.get(trunkOf(one.call.record, one.level) ?? 0) ?? null)),
  );
  const entryIds = new Map(posted.map((one, index) => [one, entries[index]?.entryId ?? null]));
  await insert(context, due, entryIds);
  return due.length;
}

interface Due extends Charge {
  readonly revision: number;
  /** What the ledger has not got yet; negative is given back. */
  readonly dueMicros: number;
}

function entryOf({ call, level, billedSec, revision, dueMicros }: Due, trunkUuid: string | null): NewEntry {
  const { id, record } = call;
  const [from, to] = sidesOf(level);
  const isOnward = level.leg === 'onward';
  return {
    idempotencyKey: `call:${record.uuid}:${level.purse.key}:${isOnward ? 'onward:' : ''}${revision}`,
    accountId: ownerOf(level).accountId,
    kind: dueMicros > 0 ? 'charge' : 'refund',
    referenceType: 'call',
    referenceId: id,
    trunkUuid,
    note: `${isOnward ? record.onward?.to : record.to} ${billedSec} s`,
    currency: level.deck.record.currency,
    // The call was made: what it costs is owed, whatever is in the wallet.
    creditMicros: Number.MAX_SAFE_INTEGER,
    postings: [
      { ...from, amountMicros: -dueMicros },
      { ...to, amountMicros: dueMicros },
    ],
  };
}

/** Each column as the statement below reads it, by its place. */
async function insert(context: StoreContext, due: readonly Due[], entryIds: ReadonlyMap<Due, number | null>) {
  const nowMs = context.clock.nowMs();
  const rows = due.map((one) => {
    const { call, level, revision } = one;
    const { id, record } = call;
    const { accountId, carrierId } = ownerOf(level);
    const { id: deckId, currency } = level.deck.record;
    return [
      ...[id, record.uuid, accountId, carrierId, trunkOf(record, level), level.leg, revision, deckId, one.prefix],
      ...[one.billedSec, one.amountMicros, currency, entryIds.get(one) ?? null],
      ...[record.answeredAtMs ?? record.startedAtMs, nowMs],
    ];
  });
  await sql`INSERT INTO call_charges (call_id, call_uuid, account_id, carrier_id, trunk_id, leg, revision, deck_id, prefix,
      billed_sec, amount_micros, currency, entry_id, called_at_ms, at_ms)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
      value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14
    FROM json_each(${JSON.stringify(rows)})`.execute(context.db);
}

interface LastCharge {
  readonly callId: number;
  readonly accountId: number | null;
  readonly carrierId: number | null;
  readonly leg: Level['leg'];
  readonly revision: number;
  readonly amountMicros: number;
  readonly currency: string;
}

/** What was charged for these calls last, by who paid it. */
async function lastCharges(
  context: StoreContext,
  charges: readonly Charge[],
): Promise<ReadonlyMap<string, LastCharge>> {
  const ids = JSON.stringify([...new Set(charges.map(({ call }) => call.id))]);
  const { rows } = await sql<LastCharge>`
    SELECT call_id, account_id, carrier_id, leg, revision, amount_micros, currency FROM call_charges
    WHERE call_id IN (SELECT value FROM json_each(${ids})) ORDER BY revision`.execute(context.db);
  return new Map(rows.map((row) => [[row.callId, row.accountId, row.carrierId, row.leg].join('/'), row]));
}

function nameOf({ call, level }: Charge): string {
  const { accountId, carrierId } = ownerOf(level);
  return [call.id, accountId, carrierId, level.leg].join('/');
}

async function trunkUuids(context: StoreContext, charges: readonly Charge[]): Promise<ReadonlyMap<number, string>> {
  const ids = new Set(charges.map(({ call, level }) => trunkOf(call.record, level)));
  const { rows } = await sql<{ readonly id: number; readonly uuid: string }>`
    SELECT id, uuid FROM trunks WHERE id IN (SELECT value FROM json_each(${JSON.stringify([...ids])}))`.execute(
    context.db,
  );
  return new Map(rows.map(({ id, uuid }) => [id, uuid]));
}

/** An account pays into the revenue of whoever made its deck; the platform pays a carrier out of its cash. */
function sidesOf(level: Level): readonly [Side, Side] {
  const { accountId } = ownerOf(level);
  if (accountId === null)
    return [
      { accountId: null, kind: 'cost' },
      { accountId: null, kind: 'cash' },
    ];
  return [
    { accountId, kind: 'wallet' },
    { accountId: level.deck.record.accountId, kind: 'revenue' },
  ];
}

interface Side {
  readonly accountId: number | null;
  readonly kind: LedgerKind;
}

function ownerOf({ purse }: Level): { readonly accountId: number | null; readonly carrierId: number | null } {
  const [kind, id] = purse.key.split(':');
  return kind === 'account' ? { accountId: Number(id), carrierId: null } : { accountId: null, carrierId: Number(id) };
}

function trunkOf({ trunkId, onward }: CallRecord, { leg }: Level): number | null {
  return leg === 'onward' ? (onward?.trunkId ?? null) : trunkId;
}
