import { sql } from 'kysely';
import { DEFAULT_CURRENCY, getBalance, type StoreContext, WallClock } from '../../tenancy/index.ts';
import { timezoneOf } from './first-renewal.ts';

export interface ProjectedCost {
  readonly currency: string;
  /** What all numbers of the account cost a month. */
  readonly monthlyMicros: number;
  readonly numbers: number;
  readonly balanceMicros: number;
  /** On whose calendar the days lie (F-014). */
  readonly timezone: string;
  /** The first renewal that the wallet cannot pay, when nothing comes in; `null` within the next year. */
  readonly runsOut: { readonly number: string; readonly atMs: number; readonly missingMicros: number } | null;
  readonly byTrunk: readonly TrunkCost[];
}

/** What the numbers of one trunk cost a month; `null` for numbers that ring no trunk. */
export interface TrunkCost {
  readonly trunkUuid: string | null;
  readonly trunkName: string | null;
  readonly numbers: number;
  readonly monthlyMicros: number;
}

export interface CostQuery {
  readonly accountId: number;
  readonly groupBy: 'trunk' | 'number' | 'month' | 'client';
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was charged, less what was refunded. */
export interface CostRow {
  /** Trunk uuid, number, `2026-11` on the account's calendar, or uuid of a client; `null`: none. */
  readonly key: string | null;
  readonly name: string | null;
  /** What was charged in several currencies is several rows. */
  readonly currency: string;
  readonly amountMicros: number;
  readonly charges: number;
}

const YEAR_MONTHS = 12;

/** F-103: what the numbers of an account cost a month from now on, and how long the wallet lasts. */
export async function projectCost(context: StoreContext, accountId: number): Promise<ProjectedCost> {
  const { rows } = await sql<TrunkCost>`SELECT t.uuid AS "trunkUuid", t.name AS "trunkName", count(*) AS numbers,
      sum(d.monthly_rate_micros) AS "monthlyMicros"
    FROM dids d LEFT JOIN trunks t ON t.id = d.dest_id AND d.dest_kind IN ('trunk', 'extension')
    WHERE d.account_id = ${accountId} AND d.status <> 'released' GROUP BY t.id ORDER BY t.id`.execute(context.db);
  const balanceMicros = await getBalance(context, accountId);
  return {
    currency: DEFAULT_CURRENCY,
    monthlyMicros: rows.reduce((sum, row) => sum + row.monthlyMicros, 0),
    numbers: rows.reduce((sum, row) => sum + row.numbers, 0),
    balanceMicros,
    timezone: await timezoneOf(context, accountId),
    runsOut: await findRunsOut(context, accountId, balanceMicros),
    byTrunk: rows,
  };
}

async function findRunsOut(
  context: StoreContext,
  accountId: number,
  balanceMicros: number,
): Promise<ProjectedCost['runsOut']> {
  const dues = await context.db
    .selectFrom('dids')
    .select(['number', 'renewsAtMs', 'monthlyRateMicros'])
    .where('accountId', '=', accountId)
    .where('status', '<>', 'released')
    .where('renewsAtMs', 'is not', null)
    .orderBy('renewsAtMs')
    .execute();
  let left = balanceMicros;
  for (let month = 0; month < YEAR_MONTHS; month += 1) {
    for (const { number, renewsAtMs, monthlyRateMicros } of dues) {
      left -= monthlyRateMicros;
      if (left < 0) return { number, atMs: addMonths(renewsAtMs ?? 0, month), missingMicros: -left };
    }
  }
  return null;
}

/** To the day: good enough for a warning. */
function addMonths(ms: number, months: number): number {
  const date = new Date(ms);
  return date.setUTCMonth(date.getUTCMonth() + months);
}

const KEYS = {
  trunk: sql`e.trunk_uuid`,
  number: sql`coalesce(d.number, e.note)`,
  client: sql`c.uuid`,
  month: sql`(SELECT value ->> 0 FROM json_each(months.list) WHERE e.at_ms >= value ->> 1 AND e.at_ms < value ->> 2)`,
};

/** F-101: what was charged between two moments; a charge stays with the trunk that it was made for (A23). */
export async function listCosts(context: StoreContext, query: CostQuery): Promise<readonly CostRow[]> {
  const key = KEYS[query.groupBy];
  // By client it is about the accounts right below: what each of their wallets was charged.
  const isByClient = query.groupBy === 'client';
  const payer = isByClient ? sql`c.parent_id` : sql`p.account_id`;
  const months = query.groupBy === 'month' ? await monthsOf(context, query) : [];
  const { rows } =
    await sql<CostRow>`SELECT ${key} AS key, max(${isByClient ? sql`c.name` : sql`t.name`}) AS name, a.currency,
      -sum(p.amount_micros) AS "amountMicros",
      count(*) AS charges
    FROM ledger_postings p
    JOIN ledger_accounts a ON a.id = p.ledger_account_id AND a.kind = 'wallet'
    JOIN ledger_entries e ON e.id = p.entry_id AND e.kind IN ('charge', 'refund', 'hold', 'release')
    LEFT JOIN trunks t ON t.uuid = e.trunk_uuid
    LEFT JOIN dids d ON e.reference_type = 'number' AND d.id = e.reference_id
    JOIN accounts c ON c.id = p.account_id
    JOIN (SELECT ${JSON.stringify(months)} AS list) months
    WHERE ${payer} = ${query.accountId} AND e.at_ms >= ${query.fromMs} AND e.at_ms < ${query.toMs}
    GROUP BY 1, a.currency ORDER BY 1, a.currency`.execute(context.db);
  return rows;
}

/** Name, begin and end (epoch ms) of the calendar months in which anything can have been charged, as invoices have them. */
async function monthsOf(
  context: StoreContext,
  { accountId, fromMs, toMs }: CostQuery,
): Promise<readonly (readonly [string, number, number])[]> {
  const clock = new WallClock(await timezoneOf(context, accountId));
  const start = (year: number, month: number) => clock.toEpoch({ year, month, day: 1, timeMs: 0 });
  const end = Math.min(toMs, context.clock.nowMs() + 1);
  const months: (readonly [string, number, number])[] = [];
  let { year, month } = clock.toLocal(Math.max(fromMs, await firstPostingMs(context, accountId)));
  while (start(year, month) < end) {
    const name = `${year}-${String(month).padStart(2, '0')}`;
    months.push([name, start(year, month), start(year, month + 1)]);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
  }
  return months;
}

async function firstPostingMs(context: StoreContext, accountId: number): Promise<number> {
  const row = await context.db
    .selectFrom('ledgerPostings')
    .innerJoin('ledgerEntries', 'ledgerEntries.id', 'entryId')
    .select('atMs')
    .where('ledgerPostings.accountId', '=', accountId)
    .orderBy('ledgerPostings.id')
    .limit(1)
    .executeTakeFirst();
  return row?.atMs ?? context.clock.nowMs();
}
