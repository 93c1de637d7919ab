import type { SpendRecord } from '../../bus/index.ts';
import type { SqliteConnection } from '../../tenancy/index.ts';

/** Spending is summed by pieces of this length (ms); every time zone's midnight is on such an edge. */
export const SPEND_PIECE_MS = 900_000;
/** A day of 25 hours, when the clock goes back. */
const LONGEST_DAY_MS = 25 * 3_600_000;

/** What accounts with caps have spent since yesterday, by trunk: of each call what it was charged last. */
export function loadSpent(connection: SqliteConnection, nowMs: number): readonly SpendRecord[] {
  const sql = `SELECT 'account:' || c.account_id AS purse, c.trunk_id AS trunkId,
      c.called_at_ms / ${SPEND_PIECE_MS} * ${SPEND_PIECE_MS} AS atMs, sum(c.amount_micros) AS amountMicros
    FROM call_charges c JOIN billing_terms t ON t.account_id = c.account_id
    WHERE c.called_at_ms >= ? AND coalesce(t.cap_trunk_day_micros, t.cap_day_micros, t.cap_rolling_micros) IS NOT NULL
      AND c.revision = (SELECT max(revision) FROM call_charges l WHERE l.call_id = c.call_id AND l.account_id = c.account_id
        AND l.leg = c.leg)
    GROUP BY 1, 2, 3`;
  return connection.prepare(sql).all([nowMs - LONGEST_DAY_MS]) as SpendRecord[];
}
