import type { BindingChange, BindingRecord, BindingRefreshes } from '../../bus/index.ts';
import type { SqliteConnection, Store } from '../store/index.ts';

const PUT = `INSERT INTO bindings (trunk_id, contact, reg_id, account_id, source, expires_at_ms, record)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trunk_id, contact, reg_id) DO UPDATE SET account_id = excluded.account_id, source = excluded.source,
  expires_at_ms = excluded.expires_at_ms, record = excluded.record`;
const EXTEND = 'UPDATE bindings SET expires_at_ms = ? WHERE trunk_id = ? AND contact = ? AND reg_id = ?';
const REMOVE = 'DELETE FROM bindings WHERE trunk_id = ? AND contact = ? AND reg_id = ?';

/** Writes what the registrar reports, in its order. */
export function writeBindings(connection: SqliteConnection, changes: readonly BindingChange[]): void {
  const put = connection.prepare(PUT);
  const remove = connection.prepare(REMOVE);
  for (const change of changes) {
    if (change.op === 'remove') {
      remove.run([change.trunkId, change.contact, change.regId ?? 0]);
      continue;
    }
    const { trunkId, contact, regId, accountId, sourceAddress, sourcePort, expiresAtMs } = change.binding;
    const source = sourceAddress.includes(':') ? `[${sourceAddress}]:${sourcePort}` : `${sourceAddress}:${sourcePort}`;
    put.run([trunkId, contact, regId ?? 0, accountId, source, expiresAtMs, JSON.stringify(change.binding)]);
  }
}

/** Moves expiries; the rest of each record stays as it was put. */
export function writeRefreshes(connection: SqliteConnection, refreshes: BindingRefreshes): void {
  const extend = connection.prepare(EXTEND);
  for (let at = 0; at < refreshes.trunkIds.length; at += 1) {
    const key = [refreshes.trunkIds[at], refreshes.contacts[at], refreshes.regIds[at] ?? 0];
    extend.run([refreshes.expiresAtMs[at], ...key]);
  }
}

/** All or nothing, in one transaction. */
export function saveBindings(store: Store, changes: readonly BindingChange[]): Promise<void> {
  return store.bulk((connection) => writeBindings(connection, changes));
}

/** What was registered before a restart: neither expired since, nor of a trunk that is gone. */
export function loadBindings(store: Store): Promise<readonly BindingRecord[]> {
  return store.bulk((connection) => {
    const rows = connection
      .prepare(
        `SELECT b.record, b.expires_at_ms AS expiresAtMs FROM bindings b JOIN trunks t ON t.id = b.trunk_id
        WHERE b.expires_at_ms > ? AND t.status <> 'deleted' ORDER BY b.trunk_id, b.contact, b.reg_id`,
      )
      .all([store.clock.nowMs()]) as readonly StoredBinding[];
    return rows.map(readBinding);
  });
}

interface StoredBinding {
  readonly record: string;
  readonly expiresAtMs: number;
}

/** The column is ahead of the record by the refreshes since the record was put. */
function readBinding({ record: text, expiresAtMs }: StoredBinding): BindingRecord {
  const record = JSON.parse(text) as BindingRecord;
  const extendedMs = expiresAtMs - record.expiresAtMs;
  return extendedMs === 0 ? record : { ...record, refreshedAtMs: record.refreshedAtMs + extendedMs, expiresAtMs };
}
