import type { Store } from '../store/index.ts';
import type { Span } from './measure.ts';

/** Notes that the server runs from now on; returns the number of the run. */
export function beginRun(store: Store): Promise<number> {
  const now = store.clock.nowMs();
  return store.bulk((connection) => {
    connection.prepare('INSERT INTO server_runs (started_at_ms, alive_at_ms) VALUES (?, ?)').run([now, now]);
    const [row] = connection.prepare('SELECT max(id) AS id FROM server_runs').all([]);
    return (row as { readonly id: number }).id;
  });
}

/** Notes that this run is still up. */
export function keepRun(store: Store, id: number): Promise<void> {
  const now = store.clock.nowMs();
  return store.bulk((connection) => {
    connection.prepare('UPDATE server_runs SET alive_at_ms = max(alive_at_ms, ?) WHERE id = ?').run([now, id]);
  });
}

/** When the server ran, within that time. */
export async function runsWithin(store: Store, fromMs: number, untilMs: number): Promise<readonly Span[]> {
  const rows = await store.db
    .selectFrom('serverRuns')
    .select(['startedAtMs', 'aliveAtMs'])
    .where('aliveAtMs', '>', fromMs)
    .where('startedAtMs', '<', untilMs)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ fromMs: row.startedAtMs, untilMs: row.aliveAtMs }));
}
