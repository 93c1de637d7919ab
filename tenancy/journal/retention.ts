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

/** Removes what is older than it need be kept; the ledger and the audit log are never touched. */
export async function applyRetention(store: Store, bounds: RetentionBounds = {}): Promise<Removed> {
  const now = store.clock.nowMs();
  const before = (days: number) => now - days * DAY_MS;
  return {
    calls: await remove(
      store,
      'calls',
      'ended_at_ms IS NOT NULL AND started_at_ms < ?',
      before(bounds.callDays ?? 365),
    ),
    failures:
      (await remove(store, 'register_failures', 'at_ms < ?', before(bounds.failureDays ?? 30))) +
      (await remove(
        store,
        'register_failures',
        'id <= (SELECT max(id) FROM register_failures) - ?',
        bounds.failureRows ?? 200_000,
      )),
    outbox: await remove(store, 'outbox', 'dispatched_at_ms < ?', before(bounds.outboxDays ?? 30)),
    deliveries: await remove(store, 'webhook_deliveries', 'finished_at_ms < ?', before(bounds.deliveryDays ?? 30)),
    messageBodies: await deleteBodies(store, before(bounds.messageBodyDays ?? 90)),
    bindings: await store.bulk(
      (connection) => connection.prepare('DELETE FROM bindings WHERE expires_at_ms < ?').run([before(1)]).changes,
    ),
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

async function remove(store: Store, table: string, condition: string, bound: number): Promise<number> {
  const text = `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${condition} ORDER BY id LIMIT ${SLICE})`;
  let total = 0;
  for (;;) {
    const removed = await store.bulk((connection) => connection.prepare(text).run([bound]).changes);
    total += removed;
    if (removed < SLICE) return total;
  }
}
