import { sql } from 'kysely';
import { type StoreContext, WallClock } from '../../tenancy/index.ts';
import { nextMonthly } from './next-month.ts';

/** The wall clock of an account (F-014): its own, else the nearest above it that has one. */
export async function timezoneOf(context: StoreContext, accountId: number): Promise<string> {
  const { rows } = await sql<{ readonly timezone: string }>`
    WITH RECURSIVE above (id, parent_id, timezone, height) AS (
      SELECT id, parent_id, timezone, 0 FROM accounts WHERE id = ${accountId}
      UNION SELECT a.id, a.parent_id, a.timezone, height + 1 FROM accounts a JOIN above ON a.id = above.parent_id)
    SELECT timezone FROM above WHERE timezone IS NOT NULL ORDER BY height LIMIT 1`.execute(context.db);
  return rows[0]?.timezone ?? 'UTC';
}

/** When a number that goes live at `fromMs` is to be paid again. */
export async function firstRenewal(context: StoreContext, accountId: number, fromMs: number): Promise<number> {
  return nextMonthly(fromMs, fromMs, new WallClock(await timezoneOf(context, accountId)));
}
