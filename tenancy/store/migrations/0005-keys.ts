import { appendOnly, check, countEdits, jsonArray, type Migration, oneOf, STAMPS, uuidColumn } from './migration.ts';

const TABLES = `
CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('key')},
  account_id INTEGER REFERENCES accounts (id),
  pinned_account_id INTEGER REFERENCES accounts (id),
  name TEXT NOT NULL ${check('name: must have 1 to 120 characters', 'length(trim(name)) BETWEEN 1 AND 120')},
  mode TEXT NOT NULL DEFAULT 'live' ${oneOf('mode', ['live', 'test'])},
  prefix TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE ${check('hash: must be 64 hexadecimal digits; keys are made by didfarm or the API', "length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'")},
  scopes TEXT NOT NULL ${jsonArray('scopes')},
  allowed_addresses TEXT NOT NULL DEFAULT '[]' ${jsonArray('allowed_addresses')},
  rate_per_minute INTEGER ${check('rate_per_minute: must be empty or more than 0', 'rate_per_minute IS NULL OR rate_per_minute > 0')},
  bulk INTEGER NOT NULL DEFAULT 0 ${check('bulk: must be 0 or 1', 'bulk IN (0, 1)')},
  expires_at_ms INTEGER,
  revoked_at_ms INTEGER,
  last_used_at_ms INTEGER,
  ${STAMPS},
  ${check('pinned_account_id: a key of the platform itself is not pinned', 'account_id IS NOT NULL OR pinned_account_id IS NULL')}
);
CREATE INDEX api_keys_account ON api_keys (account_id, id);
CREATE INDEX api_keys_prefix ON api_keys (prefix);
`;

export const keys: Migration = {
  version: 5,
  name: 'keys',
  sql: [TABLES, countEdits('api_keys'), appendOnly('audit', 'audit: entries are never changed and never removed')].join(
    '\n',
  ),
};
