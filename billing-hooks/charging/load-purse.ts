import type { PurseRecord } from '../../bus/index.ts';
import { DEFAULT_CURRENCY, type SqliteConnection } from '../../tenancy/index.ts';

interface Terms {
  readonly mode: 'prepaid' | 'postpaid';
  readonly creditMicros: number;
  readonly perMinuteMicros: number | null;
  readonly perTrunkDayMicros: number | null;
  readonly perDayMicros: number | null;
  readonly rolling24hMicros: number | null;
  readonly alarmPercent: number;
}

const DEFAULT_TERMS: Terms = {
  mode: 'prepaid',
  creditMicros: 0,
  perMinuteMicros: null,
  perTrunkDayMicros: null,
  perDayMicros: null,
  rolling24hMicros: null,
  alarmPercent: 80,
};

const DECK_OF = `SELECT d.id, d.currency FROM deck_assignments a JOIN rate_decks d ON d.id = a.deck_id WHERE a.payer = ?`;
const DOWN_CREDIT = `SELECT down_credit_micros AS micros FROM wallet_funding
  WHERE account_id = ? AND currency = ? AND source = 'service' AND down_since_ms IS NOT NULL`;
const TERMS = `SELECT mode, credit_micros AS creditMicros, cap_per_minute_micros AS perMinuteMicros,
  cap_trunk_day_micros AS perTrunkDayMicros, cap_day_micros AS perDayMicros, cap_rolling_micros AS rolling24hMicros,
  alarm_percent AS alarmPercent FROM billing_terms WHERE account_id = ?`;
const BALANCE = `SELECT balance_after_micros AS micros FROM ledger_postings WHERE ledger_account_id =
  (SELECT id FROM ledger_accounts WHERE coalesce(account_id, 0) = ? AND kind = 'wallet' AND currency = ?)
  ORDER BY id DESC LIMIT 1`;
const TIMEZONE = `WITH RECURSIVE up (id, parent_id, timezone, depth) AS (
  SELECT id, parent_id, timezone, 0 FROM accounts WHERE id = ?
  UNION ALL SELECT a.id, a.parent_id, a.timezone, depth + 1 FROM accounts a JOIN up ON a.id = up.parent_id)
  SELECT timezone FROM up WHERE timezone IS NOT NULL ORDER BY depth LIMIT 1`;

/** Who pays now, as SIP is to know it. `platform` is nobody's purse. */
export function loadPurse(connection: SqliteConnection, key: string): PurseRecord | undefined {
  const [kind, text] = key.split(':');
  const id = Number(text);
  if (kind === 'account') return accountPurse(connection, key, id);
  return kind === 'carrier' ? carrierPurse(connection, key, id) : undefined;
}

function accountPurse(connection: SqliteConnection, key: string, id: number): PurseRecord {
  const all = <T>(sql: string, ...values: readonly unknown[]) => connection.prepare(sql).all(values) as T[];
  const [account] = all<{ readonly parentId: number | null }>(
    'SELECT parent_id AS parentId FROM accounts WHERE id = ?',
    id,
  );
  const deck = deckOf(connection, key) ?? (account?.parentId === null ? deckOf(connection, 'platform') : undefined);
  const terms = all<Terms>(TERMS, id)[0] ?? DEFAULT_TERMS;
  const [balance] = all<{ readonly micros: number }>(BALANCE, id, deck?.currency ?? DEFAULT_CURRENCY);
  const { mode, creditMicros, ...caps } = terms;
  // While an operator's own service does not answer, calls go on as far as is agreed.
  const [down] = all<{ readonly micros: number }>(DOWN_CREDIT, id, deck?.currency ?? DEFAULT_CURRENCY);
  return {
    key,
    deckId: deck?.id ?? null,
    creditMicros: mode === 'postpaid' ? null : creditMicros + (down?.micros ?? 0),
    balanceMicros: balance?.micros ?? 0,
    caps: { ...caps, timezone: all<{ readonly timezone: string }>(TIMEZONE, id)[0]?.timezone ?? 'UTC' },
  };
}

/** A carrier whose balance nobody told us is never a reason to refuse a call (F-037). */
function carrierPurse(connection: SqliteConnection, key: string, id: number): PurseRecord {
  const sql = 'SELECT amount_micros AS micros FROM carrier_balances WHERE carrier_id = ?';
  const [balance] = connection.prepare(sql).all([id]) as { readonly micros: number }[];
  const { mode: _, creditMicros, ...caps } = DEFAULT_TERMS;
  return {
    key,
    deckId: deckOf(connection, key)?.id ?? null,
    creditMicros: balance === undefined ? null : creditMicros,
    balanceMicros: balance?.micros ?? 0,
    caps: { ...caps, timezone: 'UTC' },
  };
}

function deckOf(connection: SqliteConnection, payer: string) {
  const rows = connection.prepare(DECK_OF).all([payer]) as { readonly id: number; readonly currency: string }[];
  return rows[0];
}

/** Everybody who pays by a deck: by one of their own, or by the platform's. */
export function pursesInUse(connection: SqliteConnection): readonly string[] {
  const sql = `SELECT payer FROM deck_assignments WHERE payer <> 'platform'
    UNION SELECT 'account:' || id FROM accounts WHERE parent_id IS NULL
      AND EXISTS (SELECT 1 FROM deck_assignments WHERE payer = 'platform')`;
  return (connection.prepare(sql).all([]) as { readonly payer: string }[]).map(({ payer }) => payer);
}
