import { check, type Migration } from './migration.ts';

/** What the SIP threads report. Bindings are keyed as the registrar keys them: trunk and contact. */
const TABLES = `
CREATE TABLE bindings (
  trunk_id INTEGER NOT NULL,
  contact TEXT NOT NULL,
  account_id INTEGER NOT NULL,
  source TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (trunk_id, contact)
) WITHOUT ROWID;
CREATE INDEX bindings_account ON bindings (account_id);

CREATE TABLE trunk_states (
  trunk_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL,
  state TEXT NOT NULL ${check('state: must be registered or offline', "state IN ('registered', 'offline')")},
  since_ms INTEGER NOT NULL,
  cause TEXT
);
CREATE INDEX trunk_states_account ON trunk_states (account_id);

CREATE TABLE calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  account_id INTEGER,
  trunk_id INTEGER,
  did_id INTEGER,
  carrier_id INTEGER,
  direction TEXT NOT NULL,
  from_number TEXT NOT NULL,
  to_number TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  answered_at_ms INTEGER,
  ended_at_ms INTEGER,
  result TEXT,
  reason TEXT,
  status INTEGER NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX calls_account ON calls (account_id, id);
CREATE INDEX calls_trunk ON calls (trunk_id, id);
CREATE INDEX calls_started ON calls (started_at_ms);
CREATE INDEX calls_open ON calls (id) WHERE ended_at_ms IS NULL;

CREATE TABLE register_failures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER,
  trunk_id INTEGER,
  at_ms INTEGER NOT NULL,
  realm TEXT NOT NULL,
  username TEXT NOT NULL,
  source_address TEXT NOT NULL,
  reason TEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX register_failures_account ON register_failures (account_id, id);
CREATE INDEX register_failures_trunk ON register_failures (trunk_id, id);
`;

export const live: Migration = { version: 6, name: 'live', sql: TABLES };
