import { sql } from 'kysely';
import type { CallRecord } from '../../bus/index.ts';
import { accountChain, type LedgerKind, postEntry, type Store, type StoreContext } from '../../tenancy/index.ts';
import { rateCall } from '../rating/index.ts';
import type { CallFacts, Level, RateBook } from './rate-book.ts';

export interface ChargeReport {
  /** Calls that are done with. */
  readonly charged: number;
  /** Calls that wait for a price. */
  readonly unrated: number;
}

/** A call that is to be charged, with its number in the store. */
export interface EndedCall {
  readonly id: number;
  readonly record: CallRecord;
}

/** Why a call could not be rated. */
export type UnratedReason = 'no_rate' | 'no_carrier_rate';

/** Charges the calls that ended since the last time, a bounded number of them, each once. */
export async function chargeWaitingCalls(store: Store, book: RateBook, limit = 200): Promise<ChargeReport> {
  if (book.isEmpty) return letGoUnread(store);
  const waiting = await store.db
    .selectFrom('ratingQueue')
    .innerJoin('calls', 'calls.id', 'ratingQueue.callId')
    .select(['calls.id', 'calls.record'])
    .where('ratingQueue.status', '=', 'waiting')
    .orderBy('ratingQueue.callId')
    .limit(limit)
    .execute();
  if (waiting.length === 0) return { charged: 0, unrated: 0 };
  return store.write(async (context) => {
    const chains: Chains = new Map();
    const charged: number[] = [];
    for (const row of waiting) {
      const call = { id: row.id, record: JSON.parse(row.record) as CallRecord };
      const reason = await chargeCall(context, book, call, 1, chains);
      if (reason === undefined) charged.push(call.id);
      else {
        const triedAtMs = context.clock.nowMs();
        const tried = { status: 'unrated', reason, triedAtMs } as const;
        await context.db.updateTable('ratingQueue').set(tried).where('callId', '=', call.id).execute();
      }
      await context.db.insertInto('settledCalls').values({ callUuid: call.record.uuid }).execute();
    }
    const ids = JSON.stringify(charged);
    await sql`DELETE FROM rating_queue WHERE call_id IN (SELECT value FROM json_each(${ids}))`.execute(context.db);
    return { charged: charged.length, unrated: waiting.length - charged.length };
  });
}

/** Nobody pays for calls: whatever waits is done with, and its records need not be read. */
async function letGoUnread(store: Store): Promise<ChargeReport> {
  const isWaiting = await store.db
    .selectFrom('ratingQueue')
    .select('callId')
    .where('status', '=', 'waiting')
    .limit(1)
    .execute();
  if (isWaiting.length === 0) return { charged: 0, unrated: 0 };
  const { changes } = await store.bulk((connection) =>
    connection.prepare("DELETE FROM rating_queue WHERE status = 'waiting'").run([]),
  );
  return { charged: changes, unrated: 0 };
}

/** Accounts from one up to the root, read once for all calls of a batch. */
type Chains = Map<number, readonly number[]>;

/** Prices have changed: calls that had none are tried again. */
export async function retryUnrated(context: StoreContext): Promise<number> {
  const changed = { status: 'waiting', reason: null } as const;
  const rows = await context.db.updateTable('ratingQueue').set(changed).where('status', '=', 'unrated').execute();
  return Number(rows[0]?.numUpdatedRows ?? 0);
}

/** Writes one charge for everybody who pays, and leaves out what is written already. */
export async function chargeCall(
  context: StoreContext,
  book: RateBook,
  call: EndedCall,
  revision: number,
  chains: Chains = new Map(),
): Promise<UnratedReason | undefined> {
  const facts = await factsOf(context, call.record, chains);
  let reason: UnratedReason | undefined;
  for (const level of facts === undefined ? [] : book.levels(facts)) {
    const { answeredAtMs } = call.record;
    const rated =
      level.prices &&
      rateCall(level.prices, level.deck.record.roundToMicros, answeredAtMs ?? 0, lasted(call.record, level));
    if (rated === undefined) reason ??= level.purse.key.startsWith('account') ? 'no_rate' : 'no_carrier_rate';
    else await writeCharge(context, call, level, { ...rated, revision });
  }
  return reason;
}

interface Charge {
  readonly amountMicros: number;
  readonly billedSec: number;
  readonly rate: { readonly prefix: string };
  readonly revision: number;
}

async function writeCharge(context: StoreContext, call: EndedCall, level: Level, charge: Charge): Promise<void> {
  const { id: callId, record } = call;
  const owner = ownerOf(level);
  const { leg } = level;
  const before = await lastCharge(context, callId, owner, leg);
  // What was charged in one currency is not given back in another.
  if (before !== undefined && before.currency !== level.deck.record.currency) return;
  // Charged already, or nothing changed when it was rated again.
  if (before !== undefined && (charge.revision === 1 || before.amountMicros === charge.amountMicros)) return;
  const revision = before === undefined ? charge.revision : before.revision + 1;
  const dueMicros = charge.amountMicros - (before?.amountMicros ?? 0);
  const entryId = dueMicros === 0 ? null : await post(context, call, level, { dueMicros, revision, charge });
  await context.db
    .insertInto('callCharges')
    .values({
      ...owner,
      callId,
      callUuid: record.uuid,
      trunkId: trunkOf(record, level),
      leg,
      revision,
      deckId: level.deck.record.id,
      prefix: charge.rate.prefix,
      billedSec: charge.billedSec,
      amountMicros: charge.amountMicros,
      currency: level.deck.record.currency,
      entryId,
      calledAtMs: record.answeredAtMs ?? record.startedAtMs,
      atMs: context.clock.nowMs(),
    })
    .execute();
}

async function post(
  context: StoreContext,
  { id, record }: EndedCall,
  level: Level,
  { dueMicros, revision, charge }: { readonly dueMicros: number; readonly revision: number; readonly charge: Charge },
): Promise<number> {
  const { accountId } = ownerOf(level);
  const [from, to] = sidesOf(level);
  const isOnward = level.leg === 'onward';
  const { entryId } = await postEntry(context, {
    idempotencyKey: `call:${record.uuid}:${level.purse.key}:${isOnward ? 'onward:' : ''}${revision}`,
    accountId,
    kind: dueMicros > 0 ? 'charge' : 'refund',
    referenceType: 'call',
    referenceId: id,
    trunkUuid: await trunkUuid(context, trunkOf(record, level)),
    note: `${isOnward ? record.onward?.to : record.to} ${charge.billedSec} s`,
    currency: level.deck.record.currency,
    // The call was made: what it costs is owed, whatever is in the wallet.
    creditMicros: Number.MAX_SAFE_INTEGER,
    postings: [
      { ...from, amountMicros: -dueMicros },
      { ...to, amountMicros: dueMicros },
    ],
  });
  return entryId;
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

async function lastCharge(context: StoreContext, callId: number, owner: ReturnType<typeof ownerOf>, leg: Level['leg']) {
  return context.db
    .selectFrom('callCharges')
    .select(['revision', 'amountMicros', 'currency'])
    .where('callId', '=', callId)
    .where('accountId', 'is', owner.accountId)
    .where('carrierId', 'is', owner.carrierId)
    .where('leg', '=', leg)
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function factsOf(context: StoreContext, record: CallRecord, chains: Chains): Promise<CallFacts | undefined> {
  if (record.accountId === null || record.answeredAtMs === null) return undefined;
  const { direction, to, trunkId, carrierId, onward, isEmergency = false } = record;
  const chainOf = async (id: number) => {
    const chain = chains.get(id) ?? (await accountChain(context, id)).map((account) => account.id);
    chains.set(id, chain);
    return chain;
  };
  const facts = { direction, isEmergency, to, chain: await chainOf(record.accountId), trunkId, carrierId };
  if (onward === undefined) return facts;
  return { ...facts, onward: { to: onward.to, chain: await chainOf(onward.accountId), carrierId: onward.carrierId } };
}

/**
 * From the answer to the end; after a crash to the last moment that the call was known to be up. An account pays for no
 * more than was paid in advance, a carrier is paid for what it carried.
 */
function lasted({ answeredAtMs, endedAtMs, aliveAtMs, paidSec }: CallRecord, { purse }: Level): number {
  const end = Math.min(endedAtMs ?? 0, aliveAtMs ?? Number.POSITIVE_INFINITY);
  const paidMs = paidSec === undefined || !purse.key.startsWith('account') ? Number.POSITIVE_INFINITY : paidSec * 1000;
  return Math.min(paidMs, Math.max(0, end - (answeredAtMs ?? end)));
}

async function trunkUuid(context: StoreContext, trunkId: number | null): Promise<string | null> {
  if (trunkId === null) return null;
  const row = await context.db.selectFrom('trunks').select('uuid').where('id', '=', trunkId).executeTakeFirst();
  return row?.uuid ?? null;
}
