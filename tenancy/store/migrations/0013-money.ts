import { appendOnly, check, countEdits, jsonArray, type Migration, oneOf, STAMPS, uuidColumn } from './migration.ts';

const CURRENCY = check('currency: must be a three-letter code such as EUR', "currency GLOB '[A-Z][A-Z][A-Z]'");
const notNegative = (column: string) =>
  check(
    `${column}: must be whole micro-units, 0 or more`,
    `${column} IS NULL OR (typeof(${column}) = 'integer' AND ${column} >= 0)`,
  );
const interval = (column: string) => check(`${column}: must be 1 to 3600 seconds`, `${column} BETWEEN 1 AND 3600`);

/** Price lists, and who pays by which (docs/billing.md). */
const DECKS = `
CREATE TABLE rate_decks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('rdk')},
  account_id INTEGER REFERENCES accounts (id),
  name TEXT NOT NULL ${check('name: must have 1 to 120 characters', 'length(trim(name)) BETWEEN 1 AND 120')},
  currency TEXT NOT NULL DEFAULT 'EUR' ${CURRENCY},
  timezone TEXT NOT NULL DEFAULT 'UTC',
  round_to_micros INTEGER NOT NULL DEFAULT 100 ${check('round_to: must be 1 to 1000000 micro-units', 'round_to_micros BETWEEN 1 AND 1000000')},
  bands TEXT NOT NULL DEFAULT '[]' ${jsonArray('bands')},
  ${STAMPS}
);
CREATE UNIQUE INDEX rate_decks_name ON rate_decks (coalesce(account_id, 0), name);

CREATE TABLE rates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  deck_id INTEGER NOT NULL REFERENCES rate_decks (id) ON DELETE CASCADE,
  direction TEXT NOT NULL ${oneOf('direction', ['out', 'in', 'toll_free'])},
  prefix TEXT NOT NULL ${check('prefix: must be at most 15 digits', "length(prefix) <= 15 AND prefix NOT GLOB '*[^0-9]*'")},
  band TEXT NOT NULL DEFAULT '',
  from_ms INTEGER NOT NULL DEFAULT 0,
  until_ms INTEGER,
  connect_fee_micros INTEGER NOT NULL DEFAULT 0 ${notNegative('connect_fee_micros')},
  per_minute_micros INTEGER NOT NULL DEFAULT 0 ${notNegative('per_minute_micros')},
  minimum_micros INTEGER NOT NULL DEFAULT 0 ${notNegative('minimum_micros')},
  first_sec INTEGER NOT NULL DEFAULT 60 ${interval('first_sec')},
  next_sec INTEGER NOT NULL DEFAULT 60 ${interval('next_sec')}
);
CREATE UNIQUE INDEX rates_place ON rates (deck_id, direction, prefix, band, from_ms);

CREATE TABLE deck_assignments (
  payer TEXT PRIMARY KEY ${check('payer: must be platform, account:N or carrier:N', "payer = 'platform' OR payer GLOB 'account:[1-9]*' OR payer GLOB 'carrier:[1-9]*'")},
  deck_id INTEGER NOT NULL REFERENCES rate_decks (id)
) WITHOUT ROWID;
`;

/** How an account pays, and what it may spend; accounts without a row pay in advance and have no caps. */
const TERMS = `
CREATE TABLE billing_terms (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
  mode TEXT NOT NULL DEFAULT 'prepaid' ${oneOf('mode', ['prepaid', 'postpaid'])},
  credit_micros INTEGER NOT NULL DEFAULT 0 ${notNegative('credit_micros')},
  cap_per_minute_micros INTEGER ${notNegative('cap_per_minute_micros')},
  cap_trunk_day_micros INTEGER ${notNegative('cap_trunk_day_micros')},
  cap_day_micros INTEGER ${notNegative('cap_day_micros')},
  cap_rolling_micros INTEGER ${notNegative('cap_rolling_micros')},
  alarm_percent INTEGER NOT NULL DEFAULT 80 ${check('alarm_percent: must be 1 to 100', 'alarm_percent BETWEEN 1 AND 100')}
);

CREATE TABLE billing_profiles (
  account_id INTEGER PRIMARY KEY,
  profile TEXT NOT NULL ${check('profile: must be a JSON object', "json_valid(profile) AND json_type(profile) = 'object'")}
);

CREATE TABLE carrier_balances (
  carrier_id INTEGER PRIMARY KEY REFERENCES carriers (id) ON DELETE CASCADE,
  amount_micros INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);
`;

/** A call that ended and was answered waits here until it is rated, with its record or not at all. */
const RATING = `
CREATE TABLE rating_queue (
  call_id INTEGER PRIMARY KEY,
  call_uuid TEXT NOT NULL,
  account_id INTEGER,
  status TEXT NOT NULL DEFAULT 'waiting' ${oneOf('status', ['waiting', 'unrated'])},
  reason TEXT,
  tried_at_ms INTEGER
);
CREATE INDEX rating_queue_waiting ON rating_queue (call_id) WHERE status = 'waiting';
CREATE INDEX rating_queue_account ON rating_queue (account_id, call_id);
CREATE TRIGGER calls_rate_insert AFTER INSERT ON calls
  WHEN NEW.ended_at_ms IS NOT NULL AND NEW.answered_at_ms IS NOT NULL AND NEW.account_id IS NOT NULL BEGIN
  INSERT OR IGNORE INTO rating_queue (call_id, call_uuid, account_id) VALUES (NEW.id, NEW.uuid, NEW.account_id); END;
CREATE TRIGGER calls_rate_update AFTER UPDATE OF ended_at_ms ON calls
  WHEN OLD.ended_at_ms IS NULL AND NEW.ended_at_ms IS NOT NULL AND NEW.answered_at_ms IS NOT NULL
    AND NEW.account_id IS NOT NULL BEGIN
  INSERT OR IGNORE INTO rating_queue (call_id, call_uuid, account_id) VALUES (NEW.id, NEW.uuid, NEW.account_id); END;

CREATE TABLE call_charges (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id INTEGER NOT NULL,
  call_uuid TEXT NOT NULL,
  account_id INTEGER,
  carrier_id INTEGER,
  trunk_id INTEGER,
  revision INTEGER NOT NULL,
  deck_id INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  billed_sec INTEGER NOT NULL,
  amount_micros INTEGER NOT NULL ${notNegative('amount_micros')},
  currency TEXT NOT NULL,
  entry_id INTEGER,
  called_at_ms INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX call_charges_once ON call_charges (call_id, coalesce(account_id, 0), coalesce(carrier_id, 0), revision);
CREATE INDEX call_charges_account ON call_charges (account_id, called_at_ms);

CREATE TABLE settled_calls (id INTEGER PRIMARY KEY AUTOINCREMENT, call_uuid TEXT NOT NULL);
CREATE TABLE spend_alarms (account_id INTEGER NOT NULL, trunk_id INTEGER NOT NULL, cap TEXT NOT NULL, state TEXT NOT NULL,
  day TEXT NOT NULL, PRIMARY KEY (account_id, trunk_id, cap, state, day)) WITHOUT ROWID;
`;

/** What SIP must be told anew: `deck` and its id, or `purse` and its name. */
const NOTED = `
CREATE TABLE funds_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL);
CREATE INDEX funds_changes_key ON funds_changes (kind, key);
${noted('rate_decks', 'deck', 'id')}
${noted('rates', 'deck', 'deck_id')}
${noted('deck_assignments', 'purse', 'payer')}
${noted('billing_terms', 'purse', 'account_id', 'account:')}
${noted('carrier_balances', 'purse', 'carrier_id', 'carrier:')}
CREATE TRIGGER ledger_postings_noted AFTER INSERT ON ledger_postings
  WHEN NEW.account_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM funds_changes WHERE kind = 'purse' AND key = 'account:' || NEW.account_id) BEGIN
  INSERT INTO funds_changes (kind, key) VALUES ('purse', 'account:' || NEW.account_id); END;
CREATE TRIGGER accounts_funds AFTER INSERT ON accounts BEGIN
  INSERT INTO funds_changes (kind, key) VALUES ('purse', 'account:' || NEW.id); END;
`;

function noted(table: string, kind: string, column: string, lead = ''): string {
  const trigger = (event: string, row: string) => `CREATE TRIGGER ${table}_noted_${event} AFTER ${event} ON ${table}
    WHEN NOT EXISTS (SELECT 1 FROM funds_changes WHERE kind = '${kind}' AND key = '${lead}' || ${row}.${column}) BEGIN
    INSERT INTO funds_changes (kind, key) VALUES ('${kind}', '${lead}' || ${row}.${column}); END;`;
  return [trigger('insert', 'NEW'), trigger('update', 'NEW'), trigger('delete', 'OLD')].join('\n');
}

/** An order whose numbers a carrier across the network is to deliver, until it is whole or undone. */
const CARRIER_ORDERS = `
CREATE TABLE carrier_orders (
  order_id INTEGER PRIMARY KEY REFERENCES orders (id),
  reference TEXT NOT NULL UNIQUE,
  step TEXT NOT NULL ${oneOf('step', ['reserving', 'buying', 'undoing', 'done', 'undone'])},
  plan TEXT NOT NULL,
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
);
CREATE INDEX carrier_orders_open ON carrier_orders (due_at_ms) WHERE step IN ('reserving', 'buying', 'undoing');
CREATE TABLE carrier_holds (number TEXT PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id)) WITHOUT ROWID;
CREATE INDEX carrier_holds_order ON carrier_holds (order_id);
`;

/** Numbered without gaps within what one issuer issues; never changed, never removed. */
const INVOICES = `
CREATE TABLE invoices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('inv')},
  account_id INTEGER NOT NULL,
  issuer_account_id INTEGER,
  kind TEXT NOT NULL ${oneOf('kind', ['invoice', 'credit_note', 'client_invoice'])},
  number INTEGER NOT NULL,
  credits_id INTEGER REFERENCES invoices (id),
  subject TEXT NOT NULL,
  period_from_ms INTEGER NOT NULL,
  period_to_ms INTEGER NOT NULL,
  currency TEXT NOT NULL ${CURRENCY},
  net_micros INTEGER NOT NULL,
  tax_micros INTEGER NOT NULL,
  total_micros INTEGER NOT NULL ${check('total_micros: must be net and tax', 'total_micros = net_micros + tax_micros')},
  document TEXT NOT NULL,
  issued_at_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX invoices_number ON invoices (coalesce(issuer_account_id, 0), kind, number);
CREATE UNIQUE INDEX invoices_once ON invoices (coalesce(issuer_account_id, 0), account_id, subject, period_from_ms)
  WHERE kind <> 'credit_note';
CREATE UNIQUE INDEX invoices_credited ON invoices (credits_id) WHERE credits_id IS NOT NULL;
CREATE INDEX invoices_account ON invoices (account_id, id);
CREATE INDEX invoices_issuer ON invoices (issuer_account_id, id);
CREATE TRIGGER invoices_no_gap BEFORE INSERT ON invoices BEGIN
  SELECT RAISE(ABORT, 'number: invoices are numbered without gaps') WHERE NEW.number <> 1 + coalesce((SELECT max(number)
    FROM invoices WHERE coalesce(issuer_account_id, 0) = coalesce(NEW.issuer_account_id, 0) AND kind = NEW.kind), 0);
END;

CREATE TABLE payments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  provider TEXT NOT NULL,
  provider_ref TEXT NOT NULL,
  amount_micros INTEGER NOT NULL ${check('amount_micros: must be more than 0', 'amount_micros > 0')},
  currency TEXT NOT NULL ${CURRENCY},
  status TEXT NOT NULL ${oneOf('status', ['pending', 'succeeded', 'failed'])},
  entry_id INTEGER,
  url TEXT,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  UNIQUE (provider, provider_ref)
);
CREATE INDEX payments_account ON payments (account_id, id);
`;

export const money: Migration = {
  version: 13,
  name: 'money',
  sql: [
    DECKS,
    TERMS,
    RATING,
    NOTED,
    CARRIER_ORDERS,
    INVOICES,
    countEdits('rate_decks'),
    appendOnly('invoices', 'invoices: they are never changed and never removed; issue a credit note'),
    appendOnly('call_charges', 'call_charges: they are never changed and never removed; rate the call again'),
  ].join('\n'),
};
