import type { OfflineCause, TrunkTransition } from '../../bus/index.ts';
import type { SqliteConnection, Store } from '../store/index.ts';
import type { Transition } from './measure.ts';

const KEEP = `INSERT INTO trunk_transitions (trunk_id, at_ms, account_id, state, cause) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (trunk_id, at_ms) DO UPDATE SET state = excluded.state, cause = excluded.cause`;

/** Of two changes in one millisecond the last one holds. */
export function writeTransition(connection: SqliteConnection, transition: TrunkTransition): void {
  const { trunkId, atMs, accountId, state, cause } = transition;
  connection.prepare(KEEP).run([trunkId, atMs, accountId, state, cause]);
}

/** What a trunk went through within that time, and the state it came with. */
export async function transitionsOf(
  store: Store,
  trunkId: number,
  fromMs: number,
  untilMs: number,
): Promise<readonly Transition[]> {
  const all = store.db.selectFrom('trunkTransitions').select(['atMs', 'state', 'cause']).where('trunkId', '=', trunkId);
  const before = await all.where('atMs', '<=', fromMs).orderBy('atMs', 'desc').limit(1).execute();
  const within = await all.where('atMs', '>', fromMs).where('atMs', '<', untilMs).orderBy('atMs').execute();
  return [...before, ...within].map((row) => ({ ...row, cause: row.cause as OfflineCause | null }));
}

/** Removes what is older, but the last of each trunk: it says how the time after it began. */
export function forgetTransitions(connection: SqliteConnection, beforeMs: number): number {
  const text = `DELETE FROM trunk_transitions WHERE at_ms < ? AND EXISTS (
    SELECT 1 FROM trunk_transitions later WHERE later.trunk_id = trunk_transitions.trunk_id
    AND later.at_ms > trunk_transitions.at_ms AND later.at_ms <= ?)`;
  return connection.prepare(text).run([beforeMs, beforeMs]).changes;
}
