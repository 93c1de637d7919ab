import {
  ceiling,
  check,
  countEdits,
  country,
  jsonArray,
  type Migration,
  oneOf,
  publish,
  refuse,
  STAMPS,
  uuidColumn,
} from './migration.ts';

const TABLES = `
CREATE TABLE trunks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE DEFAULT ('trk_' || lower(hex(randomblob(8))))
    ${check('uuid: must be trk_ or ext_ and 16 hexadecimal digits', "length(uuid) = 20 AND substr(uuid, 1, 4) IN ('trk_', 'ext_') AND substr(uuid, 5) NOT GLOB '*[^0-9a-f]*'")},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL ${check('name: must have 1 to 120 characters', 'length(trim(name)) BETWEEN 1 AND 120')},
  kind TEXT NOT NULL DEFAULT 'trunk' ${oneOf('kind', ['trunk', 'extension', 'dialer'])},
  auth_type TEXT NOT NULL DEFAULT 'digest' ${oneOf('auth_type', ['digest', 'ip', 'digest+ip'])},
  realm TEXT NOT NULL ${check('realm: must be written in lower case', 'realm = lower(realm)')},
  username TEXT NOT NULL ${check('username: must have 1 to 64 letters, digits or . _ - + ~', "length(username) BETWEEN 1 AND 64 AND username NOT GLOB '*[^A-Za-z0-9._~+-]*'")},
  ha1_sealed BLOB,
  previous_ha1_sealed BLOB,
  previous_ha1_until_ms INTEGER,
  status TEXT NOT NULL DEFAULT 'provisioning' ${oneOf('status', ['provisioning', 'active', 'suspended', 'deleted'])},
  ${ceiling('max_in')},
  ${ceiling('max_out')},
  ${ceiling('max_dialer')},
  max_contacts INTEGER NOT NULL DEFAULT 3 ${check('max_contacts: must be 1 to 100', 'max_contacts BETWEEN 1 AND 100')},
  contact_policy TEXT NOT NULL DEFAULT 'replace_oldest' ${oneOf('contact_policy', ['replace_oldest', 'reject', 'fork'])},
  ruri_mode TEXT ${check('ruri_mode: must be empty, contact or did', "ruri_mode IS NULL OR ruri_mode IN ('contact', 'did')")},
  profile TEXT,
  allow_no_qop INTEGER NOT NULL DEFAULT 0 ${check('allow_no_qop: must be 0 or 1', 'allow_no_qop IN (0, 1)')},
  sources TEXT NOT NULL DEFAULT '[]' ${jsonArray('sources')},
  ip_target TEXT,
  country TEXT ${country('country')},
  notes TEXT NOT NULL DEFAULT '',
  deleted_at_ms INTEGER,
  ${STAMPS},
  ${check('ha1_sealed: a trunk that authenticates by digest needs a password; create it with didfarm or the API', "auth_type = 'ip' OR status = 'deleted' OR ha1_sealed IS NOT NULL")},
  ${check('sources: a trunk that authenticates by address needs at least one', "auth_type = 'digest' OR json_array_length(sources) > 0")}
);
CREATE INDEX trunks_account ON trunks (account_id, id);
CREATE INDEX trunks_realm ON trunks (realm);
CREATE UNIQUE INDEX trunks_identity ON trunks (username, realm) WHERE status <> 'deleted';
CREATE UNIQUE INDEX trunks_name ON trunks (account_id, name) WHERE status <> 'deleted';

CREATE TABLE trunk_groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('tgr')},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL ${check('name: must have 1 to 120 characters', 'length(trim(name)) BETWEEN 1 AND 120')},
  strategy TEXT NOT NULL DEFAULT 'priority' ${oneOf('strategy', ['priority', 'round_robin'])},
  ${STAMPS}
);
CREATE UNIQUE INDEX trunk_groups_name ON trunk_groups (account_id, name);

CREATE TABLE trunk_group_members (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  group_id INTEGER NOT NULL REFERENCES trunk_groups (id) ON DELETE CASCADE,
  trunk_id INTEGER NOT NULL REFERENCES trunks (id) ON DELETE CASCADE,
  priority INTEGER NOT NULL DEFAULT 1 ${check('priority: must be 0 to 65535', 'priority BETWEEN 0 AND 65535')},
  weight INTEGER NOT NULL DEFAULT 1 ${check('weight: must be 0 to 65535', 'weight BETWEEN 0 AND 65535')},
  UNIQUE (group_id, trunk_id)
);
CREATE INDEX trunk_group_members_account ON trunk_group_members (account_id);
CREATE INDEX trunk_group_members_trunk ON trunk_group_members (trunk_id);
`;

const TAKEN =
  "EXISTS (SELECT 1 FROM trunks WHERE username = NEW.username AND realm = NEW.realm AND status <> 'deleted' AND id IS NOT NEW.id)";
const TAKEN_WORDS = 'username: another trunk of this realm has that user name';
const NAME_TAKEN =
  "EXISTS (SELECT 1 FROM trunks WHERE account_id = NEW.account_id AND name = NEW.name AND status <> 'deleted' AND id IS NOT NEW.id)";
const NAME_WORDS = 'name: another trunk of this account has that name';
const FOREIGN_REALM = `NEW.status <> 'deleted' AND NOT EXISTS (SELECT 1 FROM settings WHERE key = 'platform_realm' AND value = NEW.realm)
  AND NOT EXISTS (WITH RECURSIVE above (id, up) AS (SELECT id, parent_id FROM accounts WHERE id = NEW.account_id
    UNION SELECT a.id, a.parent_id FROM accounts a JOIN above ON a.id = above.up)
    SELECT 1 FROM sip_domains d JOIN above ON above.id = d.account_id WHERE d.domain = NEW.realm)`;
const REALM_WORDS = 'realm: neither this account nor one above it has that SIP domain';
const CLOSED = "EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id AND status = 'closed')";
const OTHER_TENANT = `NOT EXISTS (SELECT 1 FROM trunks t JOIN trunk_groups g ON g.account_id = t.account_id
  WHERE t.id = NEW.trunk_id AND t.status <> 'deleted' AND g.id = NEW.group_id AND NEW.account_id = g.account_id)`;
const MEMBER_WORDS = 'trunk_id: the trunk and the group must belong to the same account';

const RULES = [
  refuse('trunks_identity_insert', 'INSERT ON trunks', TAKEN_WORDS, TAKEN),
  refuse(
    'trunks_identity_update',
    'UPDATE OF username, realm, status ON trunks',
    TAKEN_WORDS,
    `NEW.status <> 'deleted' AND ${TAKEN}`,
  ),
  refuse('trunks_name_insert', 'INSERT ON trunks', NAME_WORDS, NAME_TAKEN),
  refuse(
    'trunks_name_update',
    'UPDATE OF name, account_id, status ON trunks',
    NAME_WORDS,
    `NEW.status <> 'deleted' AND ${NAME_TAKEN}`,
  ),
  refuse('trunks_realm_insert', 'INSERT ON trunks', REALM_WORDS, FOREIGN_REALM),
  refuse('trunks_realm_update', 'UPDATE OF realm, account_id ON trunks', REALM_WORDS, FOREIGN_REALM),
  refuse('trunks_closed_insert', 'INSERT ON trunks', 'account_id: the account is closed', CLOSED),
  refuse('trunks_closed_update', 'UPDATE OF account_id ON trunks', 'account_id: the account is closed', CLOSED),
  refuse('trunk_group_members_insert', 'INSERT ON trunk_group_members', MEMBER_WORDS, OTHER_TENANT),
  refuse('trunk_group_members_update', 'UPDATE ON trunk_group_members', MEMBER_WORDS, OTHER_TENANT),
  refuse(
    'trunks_move_group',
    'UPDATE OF account_id ON trunks',
    'account_id: take the trunk out of its groups first',
    'NEW.account_id <> OLD.account_id AND EXISTS (SELECT 1 FROM trunk_group_members WHERE trunk_id = NEW.id)',
  ),
  refuse(
    'trunk_groups_move',
    'UPDATE OF account_id ON trunk_groups',
    'account_id: a trunk group cannot move to another account',
    'NEW.account_id <> OLD.account_id',
  ),
  refuse(
    'sip_domains_used',
    'DELETE ON sip_domains',
    'domain: trunks still use it',
    "EXISTS (SELECT 1 FROM trunks WHERE realm = OLD.domain AND status <> 'deleted')",
  ),
];

const PUBLISHED = [
  'id',
  'uuid',
  'account_id',
  'name',
  'kind',
  'auth_type',
  'realm',
  'username',
  'ha1_sealed',
  'previous_ha1_sealed',
  'previous_ha1_until_ms',
  'status',
  'max_in',
  'max_out',
  'max_dialer',
  'max_contacts',
  'contact_policy',
  'ruri_mode',
  'profile',
  'allow_no_qop',
  'sources',
  'ip_target',
  'country',
];

export const trunks: Migration = {
  version: 2,
  name: 'trunks',
  sql: [
    TABLES,
    ...RULES,
    countEdits('trunks'),
    countEdits('trunk_groups'),
    publish('trunks', 'trunk', PUBLISHED),
    publish('trunk_groups', 'group', ['id', 'name', 'strategy']),
    publish('trunk_group_members', 'group', ['group_id', 'trunk_id', 'priority', 'weight'], 'group_id'),
  ].join('\n'),
};
