import { setImmediate as turn } from 'node:timers/promises';
import { forgetTransitions } from '../availability/index.ts';
import { deleteMessageBodies, type Store } from '../store/index.ts';

export interface RetentionBounds {
  /** @default 365 */
  readonly callDays?: number;
  /** @default 30 */
  readonly failureDays?: number;
  /** The newest failed REGISTERs that are kept, whatever their age: a scan must not fill the disk. @default 200000 */
  readonly failureRows?: number;
  /** Events that were handed on. @default 30 */
  readonly outboxDays?: number;
  /** Deliveries of webhooks, with their attempts, after their end. @default 30 */
  readonly deliveryDays?: number;
  /** Texts of messages; the message itself stays, as what it cost does. @default 90 */
  readonly messageBodyDays?: number;
  /** Of which the availability of trunks can be read. @default 400 */
  readonly availabilityDays?: number;
}

export interface Removed {
  readonly calls: number;
  readonly failures: number;
  readonly outbox: number;
  readonly deliveries: number;
  readonly messageBodies: number;
  readonly bindings: number;
  readonly transitions: number;
}

const DAY_MS = 86_400_000;
/** So many rows a transaction, so that nothing waits long for the store. */
const SLICE = 2000;

/** A table with an index in the order in which its rows have to go. */
interface Indexed {
  readonly table: string;
  /** What the index is of. */
  readonly by: string;
  readonly isOver: string;
}

/** Calls that are up stay. */
const CALLS: Indexed = { table: 'calls', by: 'started_at_ms', isOver: 'ended_at_ms IS NOT NULL AND started_at_ms < ?' };
const DELIVERIES: Indexed = { table: 'webhook_deliveries', by: 'finished_at_ms', isOver: 'finished_at_ms < ?' };

/** A table without one, which is walked by its key; rows of one key stay together. */
interface Walked {
  readonly table: string;
  readonly key: 'id' | 'trunk_id';
  /** When a row came, where they are numbered as they come: the walk ends where all are young. Absent where all are looked at. */
  readonly cameAt?: string;
  readonly isOver: string;
}

const FAILURES: Walked = { table: 'register_failures', key: 'id', cameAt: 'at_ms', isOver: 'at_ms < ?' };
const OUTBOX: Walked = { table: 'outbox', key: 'id', cameAt: 'created_at_ms', isOver: 'dispatched_at_ms < ?' };
const BINDINGS: Walked = { table: 'bindings', key: 'trunk_id', isOver: 'expires_at_ms < ?' };

/** What a slice has done; `last` is where the next one begins, absent when there is nothing more to look at. */
interface Slice {
  readonly removed: number;
  readonly last?: number;
}

/**
 * Removes what is older than it need be kept; the ledger and the audit log are never touched. Each transaction looks at some
 * rows, and what else waits for this thread has its turn in between.
 */
export async function applyRetention(store: Store, bounds: RetentionBounds = {}): Promise<Removed> {
  const now = store.clock.nowMs();
  const before = (days: number) => now - days * DAY_MS;
  return {
    calls: await removeIndexed(store, CALLS, before(bounds.callDays ?? 365)),
    failures:
      (await removeWalking(store, FAILURES, before(bounds.failureDays ?? 30))) +
      (await removeBeyond(store, bounds.failureRows ?? 200_000)),
    outbox: await removeWalking(store, OUTBOX, before(bounds.outboxDays ?? 30)),
    deliveries: await removeIndexed(store, DELIVERIES, before(bounds.deliveryDays ?? 30)),
    messageBodies: await deleteBodies(store, before(bounds.messageBodyDays ?? 90)),
    bindings: await removeWalking(store, BINDINGS, before(1)),
    transitions: await store.bulk((connection) => {
      const bound = before(bounds.availabilityDays ?? 400);
      connection.prepare('DELETE FROM server_runs WHERE alive_at_ms < ?').run([bound]);
      return forgetTransitions(connection, bound);
    }),
  };
}

function deleteBodies(store: Store, bound: number): Promise<number> {
  return inSlices(() => store.write((context) => deleteMessageBodies(context, bound, SLICE)).then(untilNotFull));
}

function removeIndexed(store: Store, { table, by, isOver }: Indexed, bound: number): Promise<number> {
  const next = `SELECT id FROM ${table} WHERE ${isOver} ORDER BY ${by} LIMIT ${SLICE}`;
  return removeThose(store, table, next, bound);
}

/** The newest `most` stay. */
function removeBeyond(store: Store, most: number): Promise<number> {
  const beyond = 'SELECT id FROM register_failures WHERE id <= (SELECT max(id) FROM register_failures) - ?';
  return removeThose(store, 'register_failures', `${beyond} ORDER BY id LIMIT ${SLICE}`, most);
}

/** Those whose ids are asked for, as long as there are any. */
function removeThose(store: Store, table: string, ids: string, bound: number): Promise<number> {
  const text = `DELETE FROM ${table} WHERE id IN (${ids})`;
  return inSlices(() => store.bulk((connection) => untilNotFull(connection.prepare(text).run([bound]).changes)));
}

/** Looks at no more than the oldest rows, however many there are, where their order tells which they are. */
function removeWalking(store: Store, { table, key, cameAt = 'NULL', isOver }: Walked, bound: number): Promise<number> {
  const next = `SELECT ${key} AS key, ${cameAt} AS at FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${SLICE}`;
  const look = `SELECT max(key) AS last, min(at) AS oldest FROM (${next})`;
  const remove = `DELETE FROM ${table} WHERE ${key} > ? AND ${key} <= ? AND ${isOver}`;
  const nowMs = store.clock.nowMs();
  // Those behind young ones are younger still, but what came while the clock was ahead says nothing of them.
  const isYoung = (atMs: number | null) => atMs !== null && atMs >= bound && atMs <= nowMs;
  return inSlices((from) =>
    store.bulk((connection) => {
      const { last, oldest } = connection.prepare(look).all([from])[0] as Found;
      if (last === null || isYoung(oldest)) return { removed: 0 };
      return { removed: connection.prepare(remove).run([from, last, bound]).changes, last };
    }),
  );
}

interface Found {
  readonly last: number | null;
  readonly oldest: number | null;
}

/** More may follow one that was full. */
function untilNotFull(removed: number): Slice {
  return removed < SLICE ? { removed } : { removed, last: 0 };
}

/** One after the other, each from where the one before has ended. @returns how many were removed */
async function inSlices(work: (from: number) => Promise<Slice>): Promise<number> {
  let [total, from] = [0, 0];
  for (;;) {
    const { removed, last } = await work(from);
    total += removed;
    if (last === undefined) return total;
    from = last;
    await turn();
  }
}
