import { check, type Migration, notNegative, oneOf } from './migration.ts';

/** Each of an account's wallets is filled by itself or not, in its own currency. */
const FUNDING = `
ALTER TABLE wallet_funding RENAME TO wallet_funding_before;
DROP TRIGGER wallet_funding_noted;
DROP TRIGGER wallet_funding_gone;
CREATE TABLE wallet_funding (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  currency TEXT NOT NULL ${check('currency: must be a three-letter code such as EUR', "currency GLOB '[A-Z][A-Z][A-Z]'")},
  source TEXT NOT NULL ${oneOf('source', ['notice', 'payment', 'service'])},
  threshold_micros INTEGER NOT NULL ${notNegative('threshold_micros')},
  amount_micros INTEGER NOT NULL ${check('amount_micros: must be more than 0', 'amount_micros > 0')},
  most_per_day INTEGER NOT NULL ${check('most_per_day: must be 1 to 100000', 'most_per_day BETWEEN 1 AND 100000')},
  down_credit_micros INTEGER NOT NULL DEFAULT 0 ${notNegative('down_credit_micros')},
  is_armed INTEGER NOT NULL DEFAULT 1,
  down_since_ms INTEGER,
  PRIMARY KEY (account_id, currency)
);
INSERT INTO wallet_funding (account_id, currency, source, threshold_micros, amount_micros, most_per_day,
    down_credit_micros, is_armed, down_since_ms)
  SELECT account_id, 'EUR', source, threshold_micros, amount_micros, most_per_day, down_credit_micros, is_armed,
    down_since_ms FROM wallet_funding_before;
DROP TABLE wallet_funding_before;
CREATE TRIGGER wallet_funding_noted AFTER UPDATE OF down_credit_micros, down_since_ms ON wallet_funding
  WHEN NOT EXISTS (SELECT 1 FROM funds_changes WHERE kind = 'purse' AND key = 'account:' || NEW.account_id) BEGIN
  INSERT INTO funds_changes (kind, key) VALUES ('purse', 'account:' || NEW.account_id); END;
CREATE TRIGGER wallet_funding_gone AFTER DELETE ON wallet_funding
  WHEN NOT EXISTS (SELECT 1 FROM funds_changes WHERE kind = 'purse' AND key = 'account:' || OLD.account_id) BEGIN
  INSERT INTO funds_changes (kind, key) VALUES ('purse', 'account:' || OLD.account_id); END;
ALTER TABLE funding_requests ADD COLUMN currency TEXT NOT NULL DEFAULT 'EUR';
`;

export const fundingCurrencies: Migration = { version: 27, name: 'funding-currencies', sql: FUNDING };
