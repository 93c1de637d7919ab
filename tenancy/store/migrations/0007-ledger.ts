import { appendOnly, check, type Migration, oneOf } from './migration.ts';

/**
 * Double-entry, append-only, integer micro-units (design.md section 6). Postings are written first and the
 * entry last: it seals them, and is refused unless they sum to zero. A posting without an entry cannot be
 * committed, and none can be added once the entry is there.
 */
const TABLES = `
CREATE TABLE ledger_accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER REFERENCES accounts (id),
  kind TEXT NOT NULL ${oneOf('kind', ['wallet', 'held', 'revenue', 'cost', 'cash', 'adjustment', 'tax'])},
  currency TEXT NOT NULL ${check('currency: must be a three-letter code such as EUR', "currency GLOB '[A-Z][A-Z][A-Z]'")}
);
CREATE UNIQUE INDEX ledger_accounts_owner ON ledger_accounts (coalesce(account_id, 0), kind, currency);

CREATE TABLE ledger_entries (
  id INTEGER PRIMARY KEY,
  account_id INTEGER,
  idempotency_key TEXT NOT NULL UNIQUE,
  currency TEXT NOT NULL,
  reference_type TEXT NOT NULL ${oneOf('reference_type', ['order', 'number', 'trunk', 'call', 'message', 'topup', 'refund', 'adjustment', 'invoice'])},
  reference_id INTEGER,
  kind TEXT NOT NULL ${oneOf('kind', ['topup', 'charge', 'refund', 'adjustment', 'hold', 'capture', 'release'])},
  trunk_uuid TEXT,
  note TEXT NOT NULL DEFAULT '',
  body_hash TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL
);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, id);

CREATE TABLE ledger_postings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER,
  entry_id INTEGER NOT NULL REFERENCES ledger_entries (id) DEFERRABLE INITIALLY DEFERRED,
  ledger_account_id INTEGER NOT NULL REFERENCES ledger_accounts (id),
  amount_micros INTEGER NOT NULL ${check('amount_micros: must be whole micro-units and not zero', "typeof(amount_micros) = 'integer' AND amount_micros <> 0")},
  balance_after_micros INTEGER NOT NULL ${check('balance_after_micros: must be whole micro-units', "typeof(balance_after_micros) = 'integer'")}
);
CREATE INDEX ledger_postings_ledger_account ON ledger_postings (ledger_account_id, id);
CREATE INDEX ledger_postings_entry ON ledger_postings (entry_id);
CREATE INDEX ledger_postings_account ON ledger_postings (account_id, id);

CREATE TRIGGER ledger_postings_sealed BEFORE INSERT ON ledger_postings BEGIN
  SELECT RAISE(ABORT, 'ledger: this entry is complete; nothing can be added to it')
    WHERE EXISTS (SELECT 1 FROM ledger_entries WHERE id = NEW.entry_id);
  SELECT RAISE(ABORT, 'ledger: the balance after a posting must be the balance before it and the amount')
    WHERE NEW.balance_after_micros <> NEW.amount_micros + coalesce(
      (SELECT balance_after_micros FROM ledger_postings WHERE ledger_account_id = NEW.ledger_account_id ORDER BY id DESC LIMIT 1), 0);
END;
CREATE TRIGGER ledger_entries_balanced BEFORE INSERT ON ledger_entries BEGIN
  SELECT RAISE(ABORT, 'ledger: the postings of an entry must sum to zero, and there must be at least two')
    WHERE (SELECT count(*) FROM ledger_postings WHERE entry_id = NEW.id) < 2
      OR (SELECT sum(amount_micros) FROM ledger_postings WHERE entry_id = NEW.id) <> 0;
  SELECT RAISE(ABORT, 'ledger: all postings of an entry must be in its currency')
    WHERE EXISTS (SELECT 1 FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.ledger_account_id
      WHERE p.entry_id = NEW.id AND a.currency <> NEW.currency);
  SELECT RAISE(ABORT, 'ledger: an entry must follow the last one in number and in hash')
    WHERE NEW.id <> coalesce((SELECT max(id) FROM ledger_entries), 0) + 1
      OR NEW.previous_hash <> coalesce((SELECT hash FROM ledger_entries ORDER BY id DESC LIMIT 1), '');
END;
`;

const FOREVER = 'ledger: entries are never changed and never removed; post a correction';

export const ledger: Migration = {
  version: 7,
  name: 'ledger',
  sql: [
    TABLES,
    appendOnly('ledger_accounts', FOREVER),
    appendOnly('ledger_entries', FOREVER),
    appendOnly('ledger_postings', FOREVER),
  ].join('\n'),
};
