import type { Migration } from './migration.ts';

/**
 * Writes that carried an Idempotency-Key, for a day (F-118). A row comes with the first transaction of the write, so
 * that neither is there without the other; the answer follows, sealed, since it may hold a password.
 */
const IDEMPOTENT_WRITES = `
CREATE TABLE idempotent_writes (
  scope TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  answer_sealed BLOB,
  at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotent_writes_age ON idempotent_writes (at_ms);
`;

export const idempotentWrites: Migration = { version: 16, name: 'idempotent-writes', sql: IDEMPOTENT_WRITES };
