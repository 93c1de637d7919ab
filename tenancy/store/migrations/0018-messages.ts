import { check, e164, type Migration, oneOf, uuidColumn } from './migration.ts';

/** Short messages (F-071, F-086): what was sent and received, who wants none, and what one part costs. */
const MESSAGES = `
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('msg')},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  did_id INTEGER NOT NULL REFERENCES dids (id),
  direction TEXT NOT NULL ${oneOf('direction', ['out', 'in'])},
  from_number TEXT NOT NULL,
  to_number TEXT NOT NULL,
  body TEXT NOT NULL,
  encoding TEXT NOT NULL ${oneOf('encoding', ['GSM-7', 'UCS-2'])},
  segments INTEGER NOT NULL ${check('segments: must be 1 or more', 'segments >= 1')},
  status TEXT NOT NULL ${oneOf('status', ['queued', 'sent', 'delivered', 'failed', 'received'])},
  reason TEXT,
  price_micros INTEGER NOT NULL DEFAULT 0,
  currency TEXT NOT NULL DEFAULT 'EUR',
  carrier_ref TEXT,
  idempotency_key TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER,
  finished_at_ms INTEGER,
  ${check('status: received is what comes in, and only that', "(direction = 'in') = (status = 'received')")}
);
CREATE INDEX messages_account ON messages (account_id, id);
CREATE INDEX messages_number ON messages (did_id, created_at_ms);
CREATE INDEX messages_due ON messages (due_at_ms) WHERE status = 'queued';
CREATE UNIQUE INDEX messages_idempotency ON messages (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX messages_carrier ON messages (direction, carrier_ref) WHERE carrier_ref IS NOT NULL;

CREATE TABLE message_opt_outs (
  did_id INTEGER NOT NULL REFERENCES dids (id),
  recipient TEXT NOT NULL ${e164('recipient')},
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (did_id, recipient)
) WITHOUT ROWID;

CREATE TABLE message_prices (
  account_id INTEGER NOT NULL DEFAULT 0,
  prefix TEXT NOT NULL ${check('prefix: must be at most 15 digits', "length(prefix) <= 15 AND prefix NOT GLOB '*[^0-9]*'")},
  price_micros INTEGER NOT NULL ${check('price_micros: must be whole micro-units, 0 or more', "typeof(price_micros) = 'integer' AND price_micros >= 0")},
  PRIMARY KEY (account_id, prefix)
) WITHOUT ROWID;
INSERT INTO message_prices (account_id, prefix, price_micros) VALUES (0, '', 70000);
`;

export const messages: Migration = { version: 18, name: 'messages', sql: MESSAGES };
