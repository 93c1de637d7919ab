import {
  type BindingChange,
  type BindingRecord,
  type BindingRefreshes,
  type BindingShare,
  unpackBindings,
} from '../../bus/index.ts';
import type { SqliteConnection, Store, StoreSteps } from '../store/index.ts';

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

/** Bindings of a step. */
const STEP = 32;

/** Moves expiries; the rest of each record stays as it was put. */
export function* writeRefreshes(connection: SqliteConnection, refreshes: BindingRefreshes): StoreSteps {
  const extend = connection.prepare(EXTEND);
  for (let at = 0; at < refreshes.trunkIds.length; at += 1) {
    const key = [refreshes.trunkIds[at], refreshes.contacts[at], refreshes.regIds[at] ?? 0];
    extend.run([refreshes.expiresAtMs[at], ...key]);
    if (at % STEP === STEP - 1) yield;
  }
}

/** All or nothing, in one transaction. */
export function saveBindings(store: Store, changes: readonly BindingChange[]): Promise<void> {
  return store.bulk((connection) => writeBindings(connection, changes));
}

/** What was registered before a restart: neither expired since, nor of a trunk that is gone. */
export async function loadBindings(store: Store): Promise<readonly BindingRecord[]> {
  const shares: BindingShare[] = [];
  await shareBindings(store, (share) => shares.push(share));
  return shares.flatMap(unpackBindings);
}

/** Trunks of one share. */
const SHARE_TRUNKS = 5000;
const SHARE = `SELECT '[' || group_concat(record, ',') || ']' AS records, json_group_array(expiresAtMs) AS expiresAtMs FROM
  (SELECT b.record, b.expires_at_ms AS expiresAtMs FROM bindings b JOIN trunks t ON t.id = b.trunk_id
  WHERE b.trunk_id > ? AND b.trunk_id <= ? AND b.expires_at_ms > ? AND t.status <> 'deleted'
  ORDER BY b.trunk_id, b.contact, b.reg_id)`;

/** The same in shares, as texts that the database has put together, for another thread to read. */
export function shareBindings(store: Store, take: (share: BindingShare) => void): Promise<void> {
  return store.bulk((connection) => {
    const last = connection.prepare('SELECT coalesce(max(trunk_id), 0) AS last FROM bindings').all([])[0];
    const { last: lastId } = last as { readonly last: number };
    const statement = connection.prepare(SHARE);
    for (let after = 0; after < lastId; after += SHARE_TRUNKS) {
      const row = statement.all([after, after + SHARE_TRUNKS, store.clock.nowMs()])[0];
      const { records, expiresAtMs } = row as { readonly records: string | null; readonly expiresAtMs: string };
      if (records !== null) take({ records, expiresAtMs });
    }
  });
}
