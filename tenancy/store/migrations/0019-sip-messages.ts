import { type Migration, oneOf } from './migration.ts';

/**
 * SIP MESSAGE (RFC 3428): what PBXes have handed in and nobody has charged yet, what is to be brought to a PBX, and
 * the texts of messages sealed.
 */
const SIP_MESSAGES = `
ALTER TABLE messages ADD COLUMN body_sealed BLOB;
ALTER TABLE messages ADD COLUMN body_deleted_at_ms INTEGER;
CREATE INDEX messages_bodies ON messages (created_at_ms) WHERE body_deleted_at_ms IS NULL;

CREATE TABLE sip_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  did_id INTEGER NOT NULL REFERENCES dids (id),
  trunk_id INTEGER NOT NULL,
  to_number TEXT NOT NULL,
  body_sealed BLOB NOT NULL,
  request_key TEXT NOT NULL UNIQUE,
  due_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
);
CREATE INDEX sip_messages_did ON sip_messages (did_id);
CREATE INDEX sip_messages_account ON sip_messages (account_id);

CREATE TABLE message_deliveries (
  message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  did_id INTEGER NOT NULL REFERENCES dids (id),
  status TEXT NOT NULL DEFAULT 'pending' ${oneOf('status', ['pending', 'delivered', 'failed'])},
  trunk_id INTEGER,
  sip_status INTEGER,
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER
);
CREATE INDEX message_deliveries_waiting ON message_deliveries (did_id, message_id) WHERE status = 'pending';
CREATE INDEX message_deliveries_trunk ON message_deliveries (trunk_id) WHERE status = 'pending';
CREATE INDEX message_deliveries_account ON message_deliveries (account_id, message_id);

CREATE TRIGGER dids_published_sms AFTER UPDATE OF sms_enabled ON dids BEGIN
  INSERT INTO directory_changes (kind, key) VALUES ('did', NEW.id);
END;
`;

export const sipMessages: Migration = { version: 19, name: 'sip-messages', sql: SIP_MESSAGES };
