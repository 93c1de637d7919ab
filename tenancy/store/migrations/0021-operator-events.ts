import { check, countEdits, type Migration, oneOf, STAMPS, uuidColumn } from './migration.ts';

/** What is told besides what tenants do: carriers that come and go; and who wants to hear of calls. */
const EVENTS = `
CREATE TABLE carrier_states (
  carrier_id INTEGER PRIMARY KEY REFERENCES carriers (id) ON DELETE CASCADE,
  state TEXT NOT NULL ${oneOf('state', ['up', 'down'])},
  since_ms INTEGER NOT NULL
);

CREATE INDEX webhooks_of_calls ON webhooks (account_id) WHERE instr(events, '"call.') > 0 AND status <> 'deleted';
`;

/** Where call records are streamed to (F-119), and those that are still to be sent, in the order the calls ended. */
const RECORDS = `
CREATE TABLE record_streams (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('rst')},
  account_id INTEGER REFERENCES accounts (id),
  kind TEXT NOT NULL ${oneOf('kind', ['http', 'file'])},
  url TEXT,
  secret_sealed BLOB,
  status TEXT NOT NULL DEFAULT 'active' ${oneOf('status', ['active', 'paused', 'deleted'])},
  cursor_seq INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  due_at_ms INTEGER NOT NULL,
  ${STAMPS},
  ${check('url: belongs to a stream of kind http, and only that', "(kind = 'http') = (url IS NOT NULL)")}
);
CREATE INDEX record_streams_account ON record_streams (account_id, id);
CREATE INDEX record_streams_alive ON record_streams (id) WHERE status <> 'deleted';

CREATE TABLE record_queue (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id INTEGER NOT NULL UNIQUE,
  account_id INTEGER,
  at_ms INTEGER NOT NULL
);
CREATE TRIGGER calls_stream_insert AFTER INSERT ON calls
  WHEN NEW.ended_at_ms IS NOT NULL AND EXISTS (SELECT 1 FROM record_streams WHERE status <> 'deleted') BEGIN
  INSERT OR IGNORE INTO record_queue (call_id, account_id, at_ms) VALUES (NEW.id, NEW.account_id, NEW.ended_at_ms);
END;
CREATE TRIGGER calls_stream_update AFTER UPDATE OF ended_at_ms ON calls
  WHEN OLD.ended_at_ms IS NULL AND NEW.ended_at_ms IS NOT NULL
    AND EXISTS (SELECT 1 FROM record_streams WHERE status <> 'deleted') BEGIN
  INSERT OR IGNORE INTO record_queue (call_id, account_id, at_ms) VALUES (NEW.id, NEW.account_id, NEW.ended_at_ms);
END;
`;

export const operatorEvents: Migration = {
  version: 21,
  name: 'operator-events',
  sql: [EVENTS, RECORDS, countEdits('record_streams')].join('\n'),
};
