import {
  ceiling,
  check,
  countEdits,
  country,
  e164,
  type Migration,
  NOW_MS,
  oneOf,
  publish,
  refuse,
  STAMPS,
  uuidColumn,
} from './migration.ts';

/** How many levels of accounts there may be. */
const DEPTH = 10;

const LANGUAGES = ['en', 'nl', 'de', 'fr', 'es', 'pt', 'ar', 'zh', 'ja', 'hi', 'it', 'pl', 'tr', 'ru', 'sv', 'da'];

const TABLES = `
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE directory_changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  key NOT NULL
);

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('acc')},
  parent_id INTEGER REFERENCES accounts (id),
  name TEXT NOT NULL ${check('name: must have 1 to 120 characters', 'length(trim(name)) BETWEEN 1 AND 120')},
  is_reseller INTEGER NOT NULL DEFAULT 0 ${check('is_reseller: must be 0 or 1', 'is_reseller IN (0, 1)')},
  status TEXT NOT NULL DEFAULT 'active' ${oneOf('status', ['active', 'suspended', 'closed'])},
  brand_name TEXT,
  brand_domain TEXT ${check('brand_domain: must be a lower-case host name', "brand_domain IS NULL OR (brand_domain GLOB '[a-z0-9]*.[a-z0-9]*' AND brand_domain NOT GLOB '*[^a-z0-9.-]*')")},
  timezone TEXT,
  language TEXT ${check(`language: must be one of ${LANGUAGES.join(', ')}`, `language IS NULL OR language IN (${LANGUAGES.map((l) => `'${l}'`).join(',')})`)},
  voice_gender TEXT ${check('voice_gender: must be male or female', "voice_gender IS NULL OR voice_gender IN ('male', 'female')")},
  default_cid_number TEXT ${e164('default_cid_number')},
  did_default_dest_kind TEXT ${check('did_default_dest_kind: must be one of trunk, trunk_group, extension, account_default, uri, reject', "did_default_dest_kind IS NULL OR did_default_dest_kind IN ('trunk', 'trunk_group', 'extension', 'account_default', 'uri', 'reject')")},
  did_default_dest_id INTEGER,
  did_default_dest_uri TEXT,
  ${ceiling('max_in')},
  ${ceiling('max_out')},
  ${ceiling('max_dialer')},
  country TEXT ${country('country')},
  bulk INTEGER NOT NULL DEFAULT 0 ${check('bulk: must be 0 or 1', 'bulk IN (0, 1)')},
  notes TEXT NOT NULL DEFAULT '',
  ${STAMPS},
  ${check('did_default_dest_id: must be given for trunk, trunk_group and extension, and only for them', "(coalesce(did_default_dest_kind, '') IN ('trunk', 'trunk_group', 'extension')) = (did_default_dest_id IS NOT NULL)")},
  ${check('did_default_dest_uri: must be given for uri, and only for it', "(coalesce(did_default_dest_kind, '') = 'uri') = (did_default_dest_uri IS NOT NULL)")}
);
CREATE INDEX accounts_parent ON accounts (parent_id);
CREATE INDEX accounts_by_name ON accounts (name);
CREATE UNIQUE INDEX accounts_name ON accounts (coalesce(parent_id, 0), name) WHERE status <> 'closed';
CREATE UNIQUE INDEX accounts_brand_domain ON accounts (brand_domain) WHERE brand_domain IS NOT NULL;

CREATE TABLE sip_domains (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('dom')},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  domain TEXT NOT NULL UNIQUE ${check('domain: must be a lower-case host name', "length(domain) BETWEEN 1 AND 253 AND domain GLOB '[a-z0-9]*' AND domain NOT GLOB '*[^a-z0-9.-]*'")},
  digest_algorithms TEXT ${check('digest_algorithms: must be empty or a JSON list of MD5, SHA-256, SHA-512-256', "digest_algorithms IS NULL OR (json_valid(digest_algorithms) AND json_type(digest_algorithms) = 'array' AND json_array_length(digest_algorithms) > 0)")},
  verified_at_ms INTEGER,
  ${STAMPS}
);
CREATE INDEX sip_domains_account ON sip_domains (account_id);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  resource TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  before_json TEXT,
  after_json TEXT,
  at_ms INTEGER NOT NULL DEFAULT ${NOW_MS}
);
CREATE INDEX audit_account ON audit (account_id, id);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER,
  event TEXT NOT NULL,
  payload TEXT NOT NULL ${check('payload: must be JSON', 'json_valid(payload)')},
  created_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS},
  dispatched_at_ms INTEGER
);
CREATE INDEX outbox_account ON outbox (account_id, id);
CREATE INDEX outbox_waiting ON outbox (id) WHERE dispatched_at_ms IS NULL;
`;

const ABOVE = (start: string) => `WITH RECURSIVE above (id, up, n) AS (
    SELECT id, parent_id, 1 FROM accounts WHERE id = ${start}
    UNION ALL SELECT a.id, a.parent_id, n + 1 FROM accounts a JOIN above ON a.id = above.up WHERE n <= ${DEPTH})`;

const BELOW = `WITH RECURSIVE below (id, n) AS (
    SELECT NEW.id, 1 UNION ALL SELECT a.id, n + 1 FROM accounts a JOIN below ON a.parent_id = below.id WHERE n <= ${DEPTH})`;

const OWNS = 'parent_id: only a reseller account may own other accounts';
const DEEP = `parent_id: the tree of accounts would be deeper than ${DEPTH} levels`;
const NOT_RESELLER =
  'NEW.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.parent_id AND is_reseller = 1)';
const PARENT_CLOSED = "EXISTS (SELECT 1 FROM accounts WHERE id = NEW.parent_id AND status = 'closed')";

const RULES = [
  refuse('accounts_parent_insert', 'INSERT ON accounts', OWNS, NOT_RESELLER),
  refuse('accounts_parent_update', 'UPDATE OF parent_id ON accounts', OWNS, NOT_RESELLER),
  refuse('accounts_closed_insert', 'INSERT ON accounts', 'parent_id: the parent account is closed', PARENT_CLOSED),
  refuse(
    'accounts_cycle',
    'UPDATE OF parent_id ON accounts',
    'parent_id: an account cannot stand below itself',
    `NEW.id IN (${ABOVE('NEW.parent_id')} SELECT id FROM above)`,
  ),
  refuse(
    'accounts_depth_insert',
    'INSERT ON accounts',
    DEEP,
    `(${ABOVE('NEW.parent_id')} SELECT count(*) FROM above) >= ${DEPTH}`,
  ),
  refuse(
    'accounts_depth_update',
    'UPDATE OF parent_id ON accounts',
    DEEP,
    `(${ABOVE('NEW.parent_id')} SELECT count(*) FROM above) + (${BELOW} SELECT max(n) FROM below) > ${DEPTH}`,
  ),
  refuse(
    'accounts_reseller',
    'UPDATE OF is_reseller ON accounts',
    'is_reseller: the account still owns other accounts',
    "NEW.is_reseller = 0 AND EXISTS (SELECT 1 FROM accounts WHERE parent_id = NEW.id AND status <> 'closed')",
  ),
  refuse(
    'accounts_close',
    'UPDATE OF status ON accounts',
    'status: close the accounts below it first',
    "NEW.status = 'closed' AND EXISTS (SELECT 1 FROM accounts WHERE parent_id = NEW.id AND status <> 'closed')",
  ),
  refuse(
    'accounts_delete',
    'DELETE ON accounts',
    'accounts: close it first, and the accounts below it must be gone',
    "OLD.status <> 'closed' OR EXISTS (SELECT 1 FROM accounts WHERE parent_id = OLD.id)",
  ),
  refuse(
    'sip_domains_platform',
    'INSERT ON sip_domains',
    'domain: this is the domain of the platform itself',
    "EXISTS (SELECT 1 FROM settings WHERE key = 'platform_realm' AND value = NEW.domain)",
  ),
  refuse(
    'sip_domains_rename',
    'UPDATE OF domain ON sip_domains',
    'domain: passwords are bound to it; add the new domain and move the trunks',
    'NEW.domain <> OLD.domain',
  ),
];

const PUBLISHED = [
  'id',
  'parent_id',
  'name',
  'is_reseller',
  'status',
  'max_in',
  'max_out',
  'max_dialer',
  'country',
  'default_cid_number',
  'did_default_dest_kind',
  'did_default_dest_id',
  'did_default_dest_uri',
];

export const accounts: Migration = {
  version: 1,
  name: 'accounts',
  sql: [
    TABLES,
    ...RULES,
    countEdits('accounts'),
    countEdits('sip_domains'),
    publish('accounts', 'account', PUBLISHED),
    publish('sip_domains', 'realm', ['domain', 'account_id', 'digest_algorithms'], 'domain'),
  ].join('\n'),
};
