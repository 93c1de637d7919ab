import {
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

const TABLES = `
CREATE TABLE dids (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('did')},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  number TEXT NOT NULL ${e164('number')},
  block_size INTEGER NOT NULL DEFAULT 1 ${check('block_size: must be 1 to 100000', "typeof(block_size) = 'integer' AND block_size BETWEEN 1 AND 100000")},
  first_num INTEGER GENERATED ALWAYS AS (CAST(substr(number, 2) AS INTEGER)) STORED,
  last_num INTEGER GENERATED ALWAYS AS (CAST(substr(number, 2) AS INTEGER) + block_size - 1) STORED,
  country TEXT ${country('country')},
  type TEXT ${check('type: must be empty or one of local, national, mobile, toll_free', "type IS NULL OR type IN ('local', 'national', 'mobile', 'toll_free')")},
  city TEXT,
  status TEXT NOT NULL DEFAULT 'active' ${oneOf('status', ['active', 'suspended', 'pending_regulatory', 'released'])},
  dest_kind TEXT ${check('dest_kind: must be empty or one of trunk, trunk_group, extension, account_default, uri, reject', "dest_kind IS NULL OR dest_kind IN ('trunk', 'trunk_group', 'extension', 'account_default', 'uri', 'reject')")},
  dest_id INTEGER,
  dest_uri TEXT,
  notes TEXT NOT NULL DEFAULT '',
  sms_enabled INTEGER NOT NULL DEFAULT 0 ${check('sms_enabled: must be 0 or 1', 'sms_enabled IN (0, 1)')},
  setup_fee_micros INTEGER NOT NULL DEFAULT 0 ${check('setup_fee_micros: must not be negative', 'setup_fee_micros >= 0')},
  monthly_rate_micros INTEGER NOT NULL DEFAULT 0 ${check('monthly_rate_micros: must not be negative', 'monthly_rate_micros >= 0')},
  currency TEXT NOT NULL DEFAULT 'EUR' ${check('currency: must be a three-letter code such as EUR', "currency GLOB '[A-Z][A-Z][A-Z]'")},
  requires_regulatory INTEGER NOT NULL DEFAULT 0 ${check('requires_regulatory: must be 0 or 1', 'requires_regulatory IN (0, 1)')},
  order_item_id INTEGER,
  activated_at_ms INTEGER,
  renews_at_ms INTEGER,
  released_at_ms INTEGER,
  ${STAMPS},
  ${check('block_size: the block must not run over into longer numbers', 'length(first_num + block_size - 1) = length(number) - 1')},
  ${check('dest_id: must be given for trunk, trunk_group and extension, and only for them', "(coalesce(dest_kind, '') IN ('trunk', 'trunk_group', 'extension')) = (dest_id IS NOT NULL)")},
  ${check('dest_uri: must be a sip: or sips: address, given for uri and only for it', "(coalesce(dest_kind, '') = 'uri') = (dest_uri IS NOT NULL) AND (dest_uri IS NULL OR dest_uri GLOB 'sip:?*' OR dest_uri GLOB 'sips:?*')")}
);
CREATE INDEX dids_account ON dids (account_id, id);
CREATE INDEX dids_range ON dids (first_num, last_num) WHERE status <> 'released';
CREATE INDEX dids_destination ON dids (dest_id, dest_kind) WHERE dest_id IS NOT NULL;
CREATE INDEX dids_renewal ON dids (renews_at_ms) WHERE renews_at_ms IS NOT NULL;

CREATE TABLE orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  status TEXT NOT NULL ${oneOf('status', ['pending', 'completed', 'failed', 'cancelled'])},
  currency TEXT NOT NULL DEFAULT 'EUR',
  total_micros INTEGER NOT NULL,
  idempotency_key TEXT,
  created_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS},
  updated_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS}
);
CREATE INDEX orders_account ON orders (account_id, id);
CREATE UNIQUE INDEX orders_idempotency ON orders (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE order_items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  order_id INTEGER NOT NULL REFERENCES orders (id),
  did_id INTEGER REFERENCES dids (id),
  number TEXT NOT NULL ${e164('number')},
  country TEXT ${country('country')},
  type TEXT,
  status TEXT NOT NULL,
  setup_fee_micros INTEGER NOT NULL DEFAULT 0,
  monthly_rate_micros INTEGER NOT NULL DEFAULT 0,
  requires_regulatory INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX order_items_account ON order_items (account_id);
CREATE INDEX order_items_order ON order_items (order_id);
`;

// Numbers in use never overlap, so only the nearest one from below can reach into the new block.
const OVERLAP = (
  self: string,
) => `NEW.status <> 'released' AND (SELECT last_num FROM dids WHERE status <> 'released' ${self}
  AND first_num <= CAST(substr(NEW.number, 2) AS INTEGER) + NEW.block_size - 1 ORDER BY first_num DESC LIMIT 1) >= CAST(substr(NEW.number, 2) AS INTEGER)`;
const OVERLAP_WORDS = 'number: it is already in use, alone or within a block';

const strange = (kind: string, id: string, account: string) => `
  (${kind} IN ('trunk', 'extension') AND NOT EXISTS (SELECT 1 FROM trunks WHERE id = ${id} AND account_id = ${account} AND status <> 'deleted'
    AND (kind = 'extension') = (${kind} = 'extension')))
  OR (${kind} = 'trunk_group' AND NOT EXISTS (SELECT 1 FROM trunk_groups WHERE id = ${id} AND account_id = ${account}))`;
const DEST = strange('NEW.dest_kind', 'NEW.dest_id', 'NEW.account_id');
const DEST_WORDS = 'dest_id: the account of the number has no such trunk, extension or trunk group';
const DEFAULT_DEST = strange('NEW.did_default_dest_kind', 'NEW.did_default_dest_id', 'NEW.id');
const DEFAULT_WORDS = 'did_default_dest_id: the account has no such trunk, extension or trunk group';

const RULES = [
  refuse('dids_overlap_insert', 'INSERT ON dids', OVERLAP_WORDS, OVERLAP('')),
  refuse(
    'dids_overlap_update',
    'UPDATE OF number, block_size, status ON dids',
    OVERLAP_WORDS,
    OVERLAP('AND id <> NEW.id'),
  ),
  refuse('dids_dest_insert', 'INSERT ON dids', DEST_WORDS, DEST),
  refuse('dids_dest_update', 'UPDATE OF dest_kind, dest_id, account_id ON dids', DEST_WORDS, DEST),
  refuse('accounts_default_insert', 'INSERT ON accounts', DEFAULT_WORDS, DEFAULT_DEST),
  refuse(
    'accounts_default_update',
    'UPDATE OF did_default_dest_kind, did_default_dest_id ON accounts',
    DEFAULT_WORDS,
    DEFAULT_DEST,
  ),
  refuse(
    'dids_closed_insert',
    'INSERT ON dids',
    'account_id: the account is closed',
    "EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id AND status = 'closed')",
  ),
  refuse(
    'trunks_move',
    'UPDATE OF account_id ON trunks',
    'account_id: numbers of its account still ring this trunk',
    "NEW.account_id <> OLD.account_id AND EXISTS (SELECT 1 FROM dids WHERE dest_id = NEW.id AND dest_kind IN ('trunk', 'extension'))",
  ),
];

// What pointed at a trunk or group that goes is unassigned, whoever removes it.
const forget = (kinds: string) => `
  UPDATE dids SET dest_kind = NULL, dest_id = NULL WHERE dest_id = OLD.id AND dest_kind IN (${kinds});
  UPDATE accounts SET did_default_dest_kind = NULL, did_default_dest_id = NULL
    WHERE id = OLD.account_id AND did_default_dest_id = OLD.id AND did_default_dest_kind IN (${kinds});`;
const CASCADE = `
CREATE TRIGGER trunks_retired AFTER UPDATE OF status ON trunks WHEN NEW.status = 'deleted' AND OLD.status <> 'deleted' BEGIN
  ${forget("'trunk', 'extension'")}
  DELETE FROM trunk_group_members WHERE trunk_id = OLD.id;
END;
CREATE TRIGGER trunks_removed BEFORE DELETE ON trunks BEGIN ${forget("'trunk', 'extension'")} END;
CREATE TRIGGER trunk_groups_removed BEFORE DELETE ON trunk_groups BEGIN ${forget("'trunk_group'")} END;
CREATE TRIGGER dids_released AFTER UPDATE OF status ON dids WHEN NEW.status = 'released' AND OLD.status <> 'released' BEGIN
  UPDATE dids SET dest_kind = NULL, dest_id = NULL, dest_uri = NULL WHERE id = NEW.id;
END;
`;

export const numbers: Migration = {
  version: 3,
  name: 'numbers',
  sql: [
    TABLES,
    ...RULES,
    CASCADE,
    countEdits('dids'),
    publish('dids', 'did', [
      'id',
      'uuid',
      'account_id',
      'number',
      'block_size',
      'status',
      'dest_kind',
      'dest_id',
      'dest_uri',
    ]),
  ].join('\n'),
};
