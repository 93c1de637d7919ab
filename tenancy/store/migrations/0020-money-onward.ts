import { check, country, e164, type Migration, NOW_MS, notNegative, oneOf } from './migration.ts';

/** A call that was sent on into the public network has two legs, each charged by itself. */
const LEGS = `
ALTER TABLE call_charges ADD COLUMN leg TEXT NOT NULL DEFAULT 'call' ${oneOf('leg', ['call', 'onward'])};
DROP INDEX call_charges_once;
CREATE UNIQUE INDEX call_charges_once
  ON call_charges (call_id, coalesce(account_id, 0), coalesce(carrier_id, 0), leg, revision);
`;

/** Numbers that the operator has himself, and puts on sale. */
const STOCK = `
CREATE TABLE stock_numbers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL UNIQUE ${e164('number')},
  country TEXT NOT NULL ${country('country')},
  type TEXT NOT NULL ${oneOf('type', ['local', 'national', 'mobile', 'toll_free'])},
  city TEXT,
  monthly_rate_micros INTEGER NOT NULL ${notNegative('monthly_rate_micros')},
  setup_fee_micros INTEGER NOT NULL DEFAULT 0 ${notNegative('setup_fee_micros')},
  currency TEXT NOT NULL DEFAULT 'EUR' ${check('currency: must be a three-letter code such as EUR', "currency GLOB '[A-Z][A-Z][A-Z]'")},
  sms_enabled INTEGER NOT NULL DEFAULT 0,
  requires_regulatory INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS},
  updated_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS}
);
CREATE INDEX stock_numbers_country ON stock_numbers (country, type, number);
`;

/** How a wallet is filled by itself, and each time that it was. */
const FUNDING = `
CREATE TABLE wallet_funding (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
  source TEXT NOT NULL ${oneOf('source', ['notice', 'payment', 'service'])},
  threshold_micros INTEGER NOT NULL ${notNegative('threshold_micros')},
  amount_micros INTEGER NOT NULL ${check('amount_micros: must be more than 0', 'amount_micros > 0')},
  most_per_day INTEGER NOT NULL ${check('most_per_day: must be 1 to 100000', 'most_per_day BETWEEN 1 AND 100000')},
  down_credit_micros INTEGER NOT NULL DEFAULT 0 ${notNegative('down_credit_micros')},
  is_armed INTEGER NOT NULL DEFAULT 1,
  down_since_ms INTEGER
);
CREATE TABLE funding_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  source TEXT NOT NULL ${oneOf('source', ['payment', 'service'])},
  reference TEXT NOT NULL UNIQUE,
  amount_micros INTEGER NOT NULL ${check('amount_micros: must be more than 0', 'amount_micros > 0')},
  status TEXT NOT NULL ${oneOf('status', ['asked', 'pending', 'succeeded', 'failed'])},
  provider_ref TEXT,
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
);
CREATE INDEX funding_requests_account ON funding_requests (account_id, id);
CREATE INDEX funding_requests_open ON funding_requests (due_at_ms) WHERE status = 'asked';
CREATE TRIGGER wallet_funding_noted AFTER UPDATE OF down_credit_micros, down_since_ms ON wallet_funding
  WHEN NOT EXISTS (SELECT 1 FROM funds_changes WHERE kind = 'purse' AND key = 'account:' || NEW.account_id) BEGIN
  INSERT INTO funds_changes (kind, key) VALUES ('purse', 'account:' || NEW.account_id); END;
CREATE TRIGGER wallet_funding_gone AFTER DELETE ON wallet_funding
  WHEN NOT EXISTS (SELECT 1 FROM funds_changes WHERE kind = 'purse' AND key = 'account:' || OLD.account_id) BEGIN
  INSERT INTO funds_changes (kind, key) VALUES ('purse', 'account:' || OLD.account_id); END;
`;

export const moneyOnward: Migration = { version: 20, name: 'money-onward', sql: LEGS + STOCK + FUNDING };
