import { StoreError } from '../errors.ts';
import { MIGRATIONS, type Migration } from './migrations/index.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const RECORD = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at_ms INTEGER NOT NULL)`;

/**
 * Brings the schema forward, each step in a transaction of its own.
 * @returns the names of the steps taken
 * @throws StoreError `store_too_new` when the database was made by a later release.
 */
export function migrate(
  connection: SqliteConnection,
  nowMs: number,
  steps: readonly Migration[] = MIGRATIONS,
): readonly string[] {
  connection.exec(RECORD);
  const rows = connection.prepare('SELECT coalesce(max(version), 0) AS at FROM schema_migrations').all([]);
  const at = (rows[0] as { readonly at: number }).at;
  const newest = steps[steps.length - 1]?.version ?? 0;
  if (at > newest) {
    throw new StoreError(
      'store_too_new',
      `The database ${connection.file} is of a later release (schema ${at}, this one knows ${newest}); use that release.`,
    );
  }
  const due = steps.filter((step) => step.version > at);
  for (const step of due) {
    connection.transaction(() => {
      connection.exec(step.sql);
      connection
        .prepare('INSERT INTO schema_migrations (version, name, applied_at_ms) VALUES (?, ?, ?)')
        .run([step.version, step.name, nowMs]);
    });
  }
  return due.map((step) => step.name);
}
