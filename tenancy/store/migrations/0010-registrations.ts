import { check, type Migration } from './migration.ts';

/**
 * RFC 5626 section 6: two flows of one PBX, told apart by reg-id, are two bindings even with one Contact. `reg_id` is 0
 * without one.
 */
const BINDINGS = `
ALTER TABLE bindings RENAME TO bindings_by_contact;
DROP INDEX bindings_account;
CREATE TABLE bindings (
  trunk_id INTEGER NOT NULL,
  contact TEXT NOT NULL,
  reg_id INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  source TEXT NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (trunk_id, contact, reg_id)
) WITHOUT ROWID;
INSERT INTO bindings (trunk_id, contact, reg_id, account_id, source, expires_at_ms, record)
  SELECT trunk_id, contact, coalesce(json_extract(record, '$.regId'), 0), account_id, source, expires_at_ms, record
  FROM bindings_by_contact;
DROP TABLE bindings_by_contact;
CREATE INDEX bindings_account ON bindings (account_id);
`;

/**
 * Every change of a trunk's registration, damped or not, and when the server itself was there to see it: availability
 * by day and month is read from these two.
 */
const AVAILABILITY = `
CREATE TABLE trunk_transitions (
  trunk_id INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  account_id INTEGER NOT NULL,
  state TEXT NOT NULL ${check('state: must be registered or offline', "state IN ('registered', 'offline')")},
  cause TEXT,
  PRIMARY KEY (trunk_id, at_ms)
) WITHOUT ROWID;
CREATE INDEX trunk_transitions_account ON trunk_transitions (account_id);
CREATE INDEX trunk_transitions_at ON trunk_transitions (at_ms);
INSERT INTO trunk_transitions (trunk_id, at_ms, account_id, state, cause)
  SELECT trunk_id, since_ms, account_id, state, cause FROM trunk_states;

CREATE TABLE server_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_at_ms INTEGER NOT NULL,
  alive_at_ms INTEGER NOT NULL
);
CREATE INDEX server_runs_alive ON server_runs (alive_at_ms);
`;

export const registrations: Migration = { version: 10, name: 'registrations', sql: BINDINGS + AVAILABILITY };
