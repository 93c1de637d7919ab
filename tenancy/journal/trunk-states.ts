import type { OfflineCause, TrunkStateChange } from '../../bus/index.ts';
import { type SqliteConnection, type Store, type StoreContext, tellEvent } from '../store/index.ts';

/** A trunk's registration as it was last reported; a trunk without one never registered. */
export interface TrunkState {
  readonly trunkId: number;
  readonly accountId: number;
  readonly state: 'registered' | 'offline';
  readonly sinceMs: number;
  readonly cause: OfflineCause | null;
}

const KEEP = `INSERT INTO trunk_states (trunk_id, account_id, state, since_ms, cause) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (trunk_id) DO UPDATE SET account_id = excluded.account_id, state = excluded.state,
  since_ms = excluded.since_ms, cause = excluded.cause`;
// features.md A7: the first successful REGISTER makes a trunk active.
const ACTIVATE = `UPDATE trunks SET status = 'active', updated_at_ms = ? WHERE id = ? AND status = 'provisioning'`;
const NAMES = `SELECT uuid, name, username FROM trunks WHERE id = ? AND status <> 'deleted'`;
const NAMES_OF_DELETED = `SELECT uuid, name, username FROM trunks WHERE id = ? AND status = 'deleted'`;

/** Keeps the state, activates a new trunk, and appends the event (F-084, F-085), all in the same transaction. */
export function writeTrunkStates(connection: SqliteConnection, changes: readonly TrunkStateChange[]): void {
  for (const change of changes) {
    const { trunkId, accountId, state, atMs, cause } = change;
    const row = connection.prepare(NAMES).all([trunkId])[0];
    // Deleted meanwhile: the deletion has taken its state and its bindings; that the PBX is off now is told.
    if (row === undefined) {
      if (cause === 'trunk_deleted') tellState(connection, change, NAMES_OF_DELETED);
      continue;
    }
    connection.prepare(KEEP).run([trunkId, accountId, state, atMs, cause]);
    if (state === 'registered') connection.prepare(ACTIVATE).run([atMs, trunkId]);
    tellState(connection, change, NAMES);
  }
}

function tellState(connection: SqliteConnection, change: TrunkStateChange, names: string): void {
  const row = connection.prepare(names).all([change.trunkId])[0];
  if (row === undefined) return;
  const data = describe(change, row as TrunkNames);
  const { accountId, state, atMs } = change;
  tellEvent(connection, { accountId, event: `trunk.${state}`, data }, atMs);
}

/** Rotation with overlap: the PBX has used the new password, so the old one is not needed any more. */
export function writeCredentialsMoved(
  connection: SqliteConnection,
  moved: { readonly trunkId: number; readonly accountId: number; readonly atMs: number },
): void {
  const row = connection.prepare(NAMES).all([moved.trunkId])[0];
  if (row === undefined) return;
  const { uuid, name, username } = row as TrunkNames;
  const data = { trunk_uuid: uuid, trunk_id: moved.trunkId, name, username };
  tellEvent(connection, { accountId: moved.accountId, event: 'trunk.credentials_moved', data }, moved.atMs);
}

export function saveTrunkStates(store: Store, changes: readonly TrunkStateChange[]): Promise<void> {
  return store.bulk((connection) => writeTrunkStates(connection, changes));
}

/** Only those of one state when it is given. */
export async function loadTrunkStates(
  context: StoreContext,
  state?: TrunkState['state'],
): Promise<readonly TrunkState[]> {
  const all = context.db.selectFrom('trunkStates').selectAll().orderBy('trunkId');
  const rows = await (state === undefined ? all : all.where('state', '=', state)).execute();
  return rows.map((row) => ({ ...row, cause: row.cause as OfflineCause | null }));
}

const LOST = `SELECT s.trunk_id AS trunkId, s.account_id AS accountId, s.state, s.since_ms AS sinceMs, s.cause
  FROM trunk_states s JOIN trunks t ON t.id = s.trunk_id
  WHERE s.state = 'registered' AND t.status <> 'deleted' AND NOT EXISTS
  (SELECT 1 FROM bindings b WHERE b.trunk_id = s.trunk_id AND b.expires_at_ms > ?)`;

/** Trunks that were registered when the server stopped and have no binding left: expired since, or known by address. */
export function loadLostTrunks(store: Store): Promise<readonly TrunkState[]> {
  const now = store.clock.nowMs();
  return store.bulk((connection) => connection.prepare(LOST).all([now]) as readonly TrunkState[]);
}

interface TrunkNames {
  readonly uuid: string;
  readonly name: string;
  readonly username: string;
}

/** features.md A18: the data of `trunk.registered` and `trunk.offline`. */
function describe(change: TrunkStateChange, trunk: TrunkNames): object {
  const { binding } = change;
  return {
    trunk_uuid: trunk.uuid,
    trunk_id: change.trunkId,
    name: trunk.name,
    username: trunk.username,
    contact: binding.contact,
    source: `${binding.sourceAddress}:${binding.sourcePort}`,
    transport: binding.transport,
    user_agent: binding.userAgent,
    expires: new Date(binding.expiresAtMs).toISOString(),
    reason: change.cause,
  };
}
