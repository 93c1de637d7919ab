/** One step of the schema, forward only. A released one is never edited: a later one corrects it. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Column default: epoch milliseconds, so that rows written by hand in SQL are complete. By julianday, which any sqlite3
 * that people have knows; unixepoch('subsec') is NULL before 3.42.
 */
export const NOW_MS = `(CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))`;

/** Column: the public name, made by the database when the writer gives none. */
export function uuidColumn(prefix: string): string {
  return `uuid TEXT NOT NULL UNIQUE DEFAULT ('${prefix}_' || lower(hex(randomblob(8))))
    CONSTRAINT "uuid: must be ${prefix}_ and 16 hexadecimal digits" CHECK (
      length(uuid) = ${prefix.length + 17} AND substr(uuid, ${prefix.length + 2}) NOT GLOB '*[^0-9a-f]*')`;
}

/** Columns every editable row has; `row_version` counts the edits (ETag). */
export const STAMPS = `row_version INTEGER NOT NULL DEFAULT 1,
  created_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS},
  updated_at_ms INTEGER NOT NULL DEFAULT ${NOW_MS}`;

/** CHECK whose failure reads as a sentence: the constraint's name is what SQLite reports. */
export function check(sentence: string, condition: string): string {
  return `CONSTRAINT "${sentence}" CHECK (${condition})`;
}

export function oneOf(column: string, values: readonly string[]): string {
  const list = values.map((value) => `'${value}'`).join(', ');
  return check(`${column}: must be one of ${values.join(', ')}`, `${column} IN (${list})`);
}

/** Money that is never owed: whole micro-units. */
export function notNegative(column: string): string {
  return check(`${column}: must be whole micro-units, 0 or more`, `typeof(${column}) = 'integer' AND ${column} >= 0`);
}

export function ceiling(column: string): string {
  return `${column} INTEGER ${check(
    `${column}: must be empty, -1 (unlimited), 0 (blocked) or a number of calls`,
    `${column} IS NULL OR (typeof(${column}) = 'integer' AND ${column} BETWEEN -1 AND 1000000)`,
  )}`;
}

export function e164(column: string): string {
  return check(
    `${column}: must be an international number: + and 4 to 15 digits, the first not 0`,
    `${column} IS NULL OR (${column} GLOB '+[1-9]*' AND length(${column}) BETWEEN 5 AND 16
      AND substr(${column}, 2) NOT GLOB '*[^0-9]*')`,
  );
}

export function country(column: string): string {
  return check(
    `${column}: must be a two-letter country code such as NL`,
    `${column} IS NULL OR ${column} GLOB '[A-Z][A-Z]'`,
  );
}

export function jsonArray(column: string): string {
  return check(`${column}: must be a JSON list`, `json_valid(${column}) AND json_type(${column}) = 'array'`);
}

/** Refuses the statement in plain words, `field: sentence`, whenever `condition` selects a row. */
export function refuse(name: string, when: string, sentence: string, condition: string): string {
  return `CREATE TRIGGER ${name} BEFORE ${when} BEGIN
    SELECT RAISE(ABORT, '${sentence.replaceAll("'", "''")}') WHERE ${condition};
  END;`;
}

/** Counts the edits of a row, whoever made them. */
export function countEdits(table: string): string {
  return `CREATE TRIGGER ${table}_row_version AFTER UPDATE ON ${table}
    WHEN NEW.row_version = OLD.row_version BEGIN
    UPDATE ${table} SET row_version = OLD.row_version + 1 WHERE id = NEW.id;
  END;`;
}

/** Notes in `directory_changes` which record SIP must read anew, also for edits made by hand in SQL. */
export function publish(table: string, kind: string, columns: readonly string[], key = 'id'): string {
  const note = (row: string) => `INSERT INTO directory_changes (kind, key) VALUES ('${kind}', ${row}.${key});`;
  return `CREATE TRIGGER ${table}_published_insert AFTER INSERT ON ${table} BEGIN ${note('NEW')} END;
    CREATE TRIGGER ${table}_published_update AFTER UPDATE OF ${columns.join(', ')} ON ${table} BEGIN
      ${note('OLD')}
      INSERT INTO directory_changes (kind, key) SELECT '${kind}', NEW.${key} WHERE NEW.${key} <> OLD.${key};
    END;
    CREATE TRIGGER ${table}_published_delete AFTER DELETE ON ${table} BEGIN ${note('OLD')} END;`;
}

/** A journal: rows come, and never change or go. */
export function appendOnly(table: string, sentence: string): string {
  return `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${sentence}'); END;
    CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${sentence}'); END;`;
}
