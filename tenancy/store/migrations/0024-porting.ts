import { jsonArray, type Migration, NOW_MS, oneOf, uuidColumn } from './migration.ts';

/** Numbers that come over from another provider (F-124). */
const PORTING = `
CREATE TABLE porting_orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${uuidColumn('prt')},
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  numbers TEXT NOT NULL ${jsonArray('numbers')},
  status TEXT NOT NULL DEFAULT 'submitted'
    ${oneOf('status', ['submitted', 'accepted', 'completed', 'rejected', 'cancelled'])},
  current_provider TEXT NOT NULL,
  account_reference TEXT NOT NULL,
  pin_sealed BLOB,
  trunk_id INTEGER REFERENCES trunks (id),
  earliest_ms INTEGER,
  ports_at_ms INTEGER,
  reason TEXT,
  decided_by TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS},
  updated_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS}
);
CREATE INDEX porting_orders_account ON porting_orders (account_id, id);
CREATE INDEX porting_orders_open ON porting_orders (due_at_ms) WHERE status IN ('submitted', 'accepted');
`;

export const porting: Migration = { version: 24, name: 'porting', sql: PORTING };
