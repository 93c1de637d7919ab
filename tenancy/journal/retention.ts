import { forgetTransitions } from '../availability/index.ts';
import { deleteMessageBodies, type SqliteConnection, type Store } from '../store/index.ts';

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

/** A table whose rows are numbered as they come. */
interface Aging {
  readonly table: string;
  /** When it came. */
  readonly cameAt: string;
  /** What was over before a time, and so came before it. */
  readonly isOver: string;
}

/** Calls that are up stay. */
const CALLS: Aging = {
  table: 'calls',
  cameAt: 'started_at_ms',
  isOver: 'ended_at_ms IS NOT NULL AND started_at_ms < ?',
};
const FAILURES: Aging = { table: 'register_failures', cameAt: 'at_ms', isOver: 'at_ms < ?' };
const OUTBOX: Aging = { table: 'outbox', cameAt: 'created_at_ms', isOver: 'dispatched_at_ms < ?' };
const DELIVERIES: Aging = { table: 'webhook_deliveries', cameAt: 'created_at_ms', isOver: 'finished_at_ms < ?' };

/** Removes what is older than it need be kept; the ledger and the audit log are never touched. */
export async function applyRetention(store: Store, bounds: RetentionBounds = {}): Promise<Removed> {
  const now = store.clock.nowMs();
  const before = (days: number) => now - days * DAY_MS;
  return {
    calls: await removeOld(store, CALLS, before(bounds.callDays ?? 365)),
    failures:
      (await removeOld(store, FAILURES, before(bounds.failureDays ?? 30))) +
      (await removeBeyond(store, bounds.failureRows ?? 200_000)),
    outbox: await removeOld(store, OUTBOX, before(bounds.outboxDays ?? 30)),
    deliveries: await removeOld(store, DELIVERIES, before(bounds.deliveryDays ?? 30)),
    messageBodies: await deleteBodies(store, before(bounds.messageBodyDays ?? 90)),
    bindings: await removeBindings(store, before(1)),
    transitions: await store.bulk((connection) => {
      const bound = before(bounds.availabilityDays ?? 400);
      connection.prepare('DELETE FROM server_runs WHERE alive_at_ms < ?').run([bound]);
      return forgetTransitions(connection, bound);
    }),
  };
}

async function deleteBodies(store: Store, bound: number): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await store.write((context) => deleteMessageBodies(context, bound, SLICE));
    total += removed;
    if (removed < SLICE) return total;
  }
}

/** Looks at the oldest alone, however many there are. */
async function removeOld(store: Store, rows: Aging, bound: number): Promise<number> {
  let [total, from] = [0, 0];
  for (;;) {
    const slice = await store.bulk((connection) => removeSlice(connection, rows, bound, from));
    if (slice === undefined) return total;
    total += slice.removed;
    from = slice.last;
  }
}

/** The next rows behind `from`; nothing when they are all too young: the others are younger still. */
function removeSlice(
  connection: SqliteConnection,
  { table, cameAt, isOver }: Aging,
  bound: number,
  from: number,
): { readonly last: number; readonly removed: number } | undefined {
  const next = `SELECT id, ${cameAt} AS at FROM ${table} WHERE id > ? ORDER BY id LIMIT ${SLICE}`;
  const [found] = connection.prepare(`SELECT max(id) AS last, min(at) AS oldest FROM (${next})`).all([from]);
  const { last, oldest } = found as { readonly last: number | null; readonly oldest: number | null };
  if (last === null || oldest === null || oldest >= bound) return undefined;
  const text = `DELETE FROM ${table} WHERE id > ? AND id <= ? AND ${isOver}`;
  return { last, removed: connection.prepare(text).run([from, last, bound]).changes };
}

/** The newest `most` stay. */
async function removeBeyond(store: Store, most: number): Promise<number> {
  const beyond = 'SELECT id FROM register_failures WHERE id <= (SELECT max(id) FROM register_failures) - ?';
  const text = `DELETE FROM register_failures WHERE id IN (${beyond} ORDER BY id LIMIT ${SLICE})`;
  let total = 0;
  for (;;) {
    const removed = await store.bulk((connection) => connection.prepare(text).run([most]).changes);
    total += removed;
    if (removed < SLICE) return total;
  }
}

/** They come in no order: all are looked at, some trunks at a time. */
async function removeBindings(store: Store, bound: number): Promise<number> {
  const next = `SELECT trunk_id FROM bindings WHERE trunk_id > ? ORDER BY trunk_id LIMIT ${SLICE}`;
  let [total, from] = [0, 0];
  for (;;) {
    const last = await store.bulk((connection) => {
      const [found] = connection.prepare(`SELECT max(trunk_id) AS last FROM (${next})`).all([from]);
      const { last } = found as { readonly last: number | null };
      if (last === null) return undefined;
      const text = 'DELETE FROM bindings WHERE trunk_id > ? AND trunk_id <= ? AND expires_at_ms < ?';
      total += connection.prepare(text).run([from, last, bound]).changes;
      return last;
    });
    if (last === undefined) return total;
    from = last;
  }
}
