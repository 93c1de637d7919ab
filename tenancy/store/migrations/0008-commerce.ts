import { check, countEdits, jsonArray, type Migration, oneOf, STAMPS, uuidColumn } from './migration.ts';

const NUMBERS = `
ALTER TABLE dids ADD COLUMN suspended_at_ms INTEGER;
ALTER TABLE dids ADD COLUMN suspend_reason TEXT;
ALTER TABLE dids ADD COLUMN reminded_days INTEGER;
CREATE INDEX dids_given_back ON dids (first_num, released_at_ms) WHERE status = 'released';
`;

/** Where events go, what is on its way there, and every attempt that was made. */
const WEBHOOKS = `
CREATE TABLE webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('whk')},
  account_id INTEGER REFERENCES accounts (id),
  url TEXT NOT NULL ${check('url: must begin with https:// or http://', "url GLOB 'https://?*' OR url GLOB 'http://?*'")},
  events TEXT NOT NULL ${jsonArray('events')},
  secret_sealed BLOB NOT NULL,
  status TEXT NOT NULL DEFAULT 'active' ${oneOf('status', ['active', 'deleted'])},
  ${STAMPS}
);
CREATE INDEX webhooks_account ON webhooks (account_id, id);

CREATE TABLE webhook_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id INTEGER NOT NULL REFERENCES webhooks (id),
  account_id INTEGER,
  outbox_id INTEGER NOT NULL,
  event TEXT NOT NULL,
  resource TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending' ${oneOf('status', ['pending', 'delivered', 'dead'])},
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (webhook_id, outbox_id);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, resource, id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at_ms, webhook_id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at_ms) WHERE finished_at_ms IS NOT NULL;

CREATE TABLE webhook_attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id INTEGER NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
  webhook_id INTEGER NOT NULL,
  account_id INTEGER,
  attempt INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  status INTEGER,
  error TEXT,
  answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id);
CREATE INDEX webhook_attempts_webhook ON webhook_attempts (webhook_id, id);
`;

export const commerce: Migration = {
  version: 8,
  name: 'commerce',
  sql: [NUMBERS, WEBHOOKS, countEdits('webhooks')].join('\n'),
};
