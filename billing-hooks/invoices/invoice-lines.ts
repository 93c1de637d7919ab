import { sql } from 'kysely';
import type { StoreContext } from '../../tenancy/index.ts';
import type { MarkupRule } from './billing-profile.ts';

export interface InvoiceLine {
  readonly text: string;
  /** Numbers, calls, months. */
  readonly quantity: number;
  readonly amountMicros: number;
}

export interface LineQuery {
  readonly accountId: number;
  readonly currency: string;
  /** Only what was charged to this trunk. */
  readonly trunkUuid?: string;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Group {
  readonly referenceType: string;
  readonly key: string;
  readonly quantity: number;
  readonly amountMicros: number;
}

const TITLES: Readonly<Record<string, string>> = {
  order: 'New numbers',
  number: 'Monthly rent',
  call: 'Calls',
  message: 'Messages',
  trunk: 'Trunk',
};
const CENT = 10_000;

/** What the wallet was charged, less what it got back, so that together the lines are what the ledger took. */
export async function linesOfLedger(context: StoreContext, query: LineQuery): Promise<readonly InvoiceLine[]> {
  return (await groupsOf(context, query)).map((group) => ({
    text: titleOf(group),
    quantity: group.quantity,
    amountMicros: group.amountMicros,
  }));
}

/** The same for a client of the account: each line with what the account adds, in whole cents, rounded up. */
export async function linesForClient(
  context: StoreContext,
  query: LineQuery,
  rules: readonly MarkupRule[],
): Promise<readonly InvoiceLine[]> {
  return (await groupsOf(context, query)).map((group) => {
    const rule = rules.find(({ kind }) => kind === 'all' || kind === group.referenceType);
    const percent = BigInt(Math.round((rule?.percent ?? 0) * 100));
    const exact = BigInt(group.amountMicros) * (10_000n + percent);
    const marked =
      Number(exact / 10_000n) + (exact % 10_000n > 0n ? 1 : 0) + group.quantity * (rule?.perUnitMicros ?? 0);
    return { text: titleOf(group), quantity: group.quantity, amountMicros: Math.ceil(marked / CENT) * CENT };
  });
}

async function groupsOf(context: StoreContext, query: LineQuery): Promise<readonly Group[]> {
  const { accountId, currency, trunkUuid = null, fromMs, toMs } = query;
  const { rows } = await sql<Group>`SELECT e.reference_type AS "referenceType",
      CASE e.reference_type WHEN 'number' THEN coalesce(d.number, e.note) WHEN 'call' THEN coalesce(t.name, '')
        WHEN 'order' THEN e.note ELSE '' END AS key,
      sum(CASE WHEN e.kind IN ('refund', 'release') THEN 0 WHEN e.reference_type = 'order'
        THEN (SELECT count(*) FROM order_items WHERE order_id = e.reference_id) ELSE 1 END) AS quantity,
      -sum(p.amount_micros) AS "amountMicros"
    FROM ledger_postings p
    JOIN ledger_accounts a ON a.id = p.ledger_account_id AND a.kind = 'wallet' AND a.currency = ${currency}
    JOIN ledger_entries e ON e.id = p.entry_id AND e.kind IN ('charge', 'refund', 'hold', 'release')
      AND e.reference_type <> 'invoice'
    LEFT JOIN dids d ON e.reference_type = 'number' AND d.id = e.reference_id
    LEFT JOIN trunks t ON e.reference_type = 'call' AND t.uuid = e.trunk_uuid
    WHERE p.account_id = ${accountId} AND e.at_ms >= ${fromMs} AND e.at_ms < ${toMs}
      AND (${trunkUuid} IS NULL OR e.trunk_uuid = ${trunkUuid})
    GROUP BY 1, 2 HAVING quantity > 0 OR "amountMicros" <> 0 ORDER BY min(e.id)`.execute(context.db);
  return rows;
}

function titleOf({ referenceType, key }: Group): string {
  const title = TITLES[referenceType] ?? referenceType;
  return key === '' ? title : `${title}: ${key}`;
}
