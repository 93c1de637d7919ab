import type { SipEvent } from '../../bus/index.ts';
import { type SqliteConnection, tellEvent } from '../store/index.ts';

const ONCE = 'INSERT OR IGNORE INTO spend_alarms (account_id, trunk_id, cap, state, day) VALUES (?, ?, ?, ?, ?)';

/** F-112: a cap that is nearly or wholly spent, once a day; and a call whose money ends. Both become events. */
export function writeFundsEvent(connection: SqliteConnection, event: SipEvent): void {
  if (event.kind === 'spend_alarm') {
    const { accountId, trunkId, cap, state, spentMicros, capMicros, atMs } = event.alarm;
    const day = new Date(atMs).toISOString().slice(0, 10);
    if (connection.prepare(ONCE).run([accountId, trunkId ?? 0, cap, state, day]).changes === 0) return;
    const data = { cap, state, trunk_id: trunkId, spent_micros: spentMicros, cap_micros: capMicros };
    tellEvent(connection, { accountId, event: 'spend.alarm', data }, atMs);
  } else if (event.kind === 'funds_ending') {
    const { accountId, trunkId, callUuid, endsAtMs, atMs } = event.ending;
    const data = { call_uuid: callUuid, trunk_id: trunkId, ends_at: new Date(endsAtMs).toISOString() };
    tellEvent(connection, { accountId, event: 'call.funds_ending', data }, atMs);
  }
}
