import { check, countEdits, type Migration, oneOf, refuse, STAMPS, uuidColumn } from './migration.ts';

/** Bulk jobs (F-006). What was sent holds passwords perhaps, so it is sealed; it goes when the job has ended. */
const BULK_JOBS = `
CREATE TABLE bulk_jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('job')},
  account_id INTEGER REFERENCES accounts (id),
  actor TEXT NOT NULL,
  is_operator INTEGER NOT NULL,
  resource TEXT NOT NULL ${oneOf('resource', ['trunks', 'dids', 'accounts'])},
  action TEXT NOT NULL ${oneOf('action', ['import', 'delete', 'regenerate'])},
  on_existing TEXT NOT NULL ${oneOf('on_existing', ['fail', 'skip', 'update'])},
  dry_run INTEGER NOT NULL,
  idempotency_key TEXT,
  fingerprint TEXT NOT NULL,
  input_sealed BLOB,
  state TEXT NOT NULL DEFAULT 'queued' ${oneOf('state', ['queued', 'running', 'done', 'failed'])},
  total INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0 ${check('done: cannot be more than total', 'done <= total')},
  created INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  faulty INTEGER NOT NULL DEFAULT 0,
  resumed INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  finished_at_ms INTEGER
);
CREATE INDEX bulk_jobs_account ON bulk_jobs (account_id, id);
CREATE UNIQUE INDEX bulk_jobs_idempotency ON bulk_jobs (actor, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX bulk_jobs_waiting ON bulk_jobs (id) WHERE state IN ('queued', 'running');

CREATE TABLE bulk_job_faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
  row_number INTEGER NOT NULL,
  line INTEGER,
  field TEXT,
  code TEXT NOT NULL,
  problem TEXT NOT NULL
);
CREATE INDEX bulk_job_faults_job ON bulk_job_faults (job_id, id);

CREATE TABLE bulk_job_passwords (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES bulk_jobs (id) ON DELETE CASCADE,
  row_number INTEGER NOT NULL,
  trunk_id INTEGER NOT NULL,
  password_sealed BLOB NOT NULL
);
CREATE INDEX bulk_job_passwords_job ON bulk_job_passwords (job_id, id);
`;

/** People; a role is a set of scopes. */
const USERS = `
CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('usr')},
  account_id INTEGER REFERENCES accounts (id),
  email TEXT NOT NULL ${check('email: must be an address such as name@example.com', "email = lower(email) AND length(email) BETWEEN 3 AND 254 AND email GLOB '?*@?*' AND email NOT GLOB '*[ <>,;]*'")},
  name TEXT NOT NULL ${check('name: must have 1 to 120 characters', 'length(trim(name)) BETWEEN 1 AND 120')},
  role TEXT NOT NULL ${oneOf('role', ['owner', 'admin', 'billing', 'support', 'read-only'])},
  status TEXT NOT NULL DEFAULT 'active' ${oneOf('status', ['active', 'suspended', 'deleted'])},
  ${STAMPS}
);
CREATE INDEX users_account ON users (account_id, id);
CREATE UNIQUE INDEX users_email ON users (email) WHERE status <> 'deleted';
`;

const TIME = (column: string) => `strftime('%Y-%m-%dT%H:%M:%SZ', ${column} / 1000, 'unixepoch')`;

/** What people read in SQL (docs/configuration.md): names instead of ids, times as text, no secrets. */
const VIEWS = `
CREATE VIEW account_overview AS SELECT a.id, a.uuid, a.name, p.name AS parent, a.is_reseller, a.status,
  a.max_in, a.max_out, a.max_dialer,
  (SELECT count(*) FROM trunks t WHERE t.account_id = a.id AND t.status <> 'deleted') AS trunks,
  (SELECT count(*) FROM dids d WHERE d.account_id = a.id AND d.status <> 'released') AS numbers,
  ${TIME('a.created_at_ms')} AS created_at
  FROM accounts a LEFT JOIN accounts p ON p.id = a.parent_id;

CREATE VIEW trunk_overview AS SELECT t.id, t.uuid, a.name AS account, t.name, t.kind, t.auth_type, t.username, t.realm,
  t.status, t.max_in, t.max_out, coalesce(s.state, 'never') AS registration, ${TIME('s.since_ms')} AS since,
  (SELECT count(*) FROM dids d WHERE d.dest_kind IN ('trunk', 'extension') AND d.dest_id = t.id
    AND d.status <> 'released') AS numbers,
  ${TIME('t.created_at_ms')} AS created_at
  FROM trunks t JOIN accounts a ON a.id = t.account_id LEFT JOIN trunk_states s ON s.trunk_id = t.id
  WHERE t.status <> 'deleted';

CREATE VIEW number_overview AS SELECT d.id, d.uuid, a.name AS account, d.number, d.block_size, d.status,
  d.dest_kind AS destination_kind, coalesce(t.name, g.name, d.dest_uri) AS destination, d.country, d.type, d.notes,
  ${TIME('d.created_at_ms')} AS created_at
  FROM dids d JOIN accounts a ON a.id = d.account_id
  LEFT JOIN trunks t ON d.dest_kind IN ('trunk', 'extension') AND t.id = d.dest_id
  LEFT JOIN trunk_groups g ON d.dest_kind = 'trunk_group' AND g.id = d.dest_id
  WHERE d.status <> 'released';
`;

/** Nothing that lives stands below something closed, however it comes there. */
const CLOSED = refuse(
  'accounts_closed_update',
  'UPDATE OF parent_id, status ON accounts',
  'parent_id: the parent account is closed',
  "NEW.status <> 'closed' AND EXISTS (SELECT 1 FROM accounts WHERE id = NEW.parent_id AND status = 'closed')",
);

/** Domains of before ownership was checked stay usable. */
const OLD_DOMAINS = 'UPDATE sip_domains SET verified_at_ms = created_at_ms WHERE verified_at_ms IS NULL;';

export const administration: Migration = {
  version: 12,
  name: 'administration',
  sql: [BULK_JOBS, USERS, countEdits('users'), VIEWS, OLD_DOMAINS, CLOSED].join('\n'),
};
