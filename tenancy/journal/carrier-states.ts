import type { CarrierStateChange } from '../../bus/index.ts';
import { type SqliteConnection, tellEvent } from '../store/index.ts';

const CARRIER = `SELECT c.uuid, c.name, s.state FROM carriers c LEFT JOIN carrier_states s ON s.carrier_id = c.id
  WHERE c.id = ?`;
const KEEP = `INSERT INTO carrier_states (carrier_id, state, since_ms) VALUES (?, ?, ?)
  ON CONFLICT (carrier_id) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms`;

/** Tells the operator when a carrier's state is another than the one told last, also before a restart. */
export function writeCarrierState(connection: SqliteConnection, change: CarrierStateChange): void {
  const { carrierId, state, reason, atMs } = change;
  const row = connection.prepare(CARRIER).all([carrierId])[0] as
    | { readonly uuid: string; readonly name: string; readonly state: 'up' | 'down' | null }
    | undefined;
  if (row === undefined || row.state === state) return;
  connection.prepare(KEEP).run([carrierId, state, atMs]);
  // A carrier that is found to be there has not come back.
  if (row.state === null && state === 'up') return;
  const data = { carrier_id: carrierId, carrier_uuid: row.uuid, name: row.name };
  const told = state === 'down' ? { ...data, reason } : data;
  tellEvent(connection, { accountId: null, event: `carrier.${state}`, data: told }, atMs);
}
