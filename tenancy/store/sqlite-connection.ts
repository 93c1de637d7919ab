import openDatabase, { type Connection, type Statement } from 'better-sqlite3';
import { inSteps, type StoreSteps } from './in-steps.ts';
import { translateSqliteError } from './sqlite-errors.ts';

/** A prepared statement whose errors are ours and whose parameters may be booleans. */
export interface SqliteStatement {
  readonly reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number; lastInsertRowid: number };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

/** More statements than the code has; a bound, should somebody build SQL out of data. */
const MOST_STATEMENTS = 1000;

/**
 * One SQLite connection: statements are prepared once, writes take the lock at their beginning, errors are
 * translated. It has the shape that kysely's SQLite dialect asks for.
 */
export class SqliteConnection {
  readonly file: string;
  readonly #connection: Connection;
  readonly #statements = new Map<string, SqliteStatement>();

  /** @throws StoreError when the file is no usable database. */
  constructor(file: string, busyTimeoutMs: number) {
    this.file = file;
    try {
      this.#connection = openDatabase(file, { timeout: busyTimeoutMs });
    } catch (error) {
      throw translateSqliteError(error, file);
    }
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (sql === 'rollback') return { ...NOTHING, run: () => this.#rollback() };
    // A transaction that begins by reading could not be upgraded once somebody else wrote meanwhile.
    const text = sql === 'begin' ? 'begin immediate' : sql;
    const statement = wrap(
      this.#guard(() => this.#connection.prepare(text)),
      (work) => this.#guard(work),
    );
    if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  /** What was prepared so far; a test asks SQLite how it would run each of them. */
  get preparedSql(): readonly string[] {
    return [...this.#statements.keys()];
  }

  /** The steps in which SQLite would run a statement: `SCAN calls` reads that whole table. */
  queryPlan(sql: string): readonly string[] {
    const parameters = Array.from({ length: sql.split('?').length - 1 }, () => null);
    const steps = this.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(parameters);
    return (steps as readonly { readonly detail: string }[]).map(({ detail }) => detail);
  }

  /** Several statements at once, without parameters. */
  exec(sql: string): void {
    this.#guard(() => this.#connection.exec(sql));
  }

  pragma(text: string): unknown {
    return this.#guard(() => this.#connection.pragma(text, { simple: true }));
  }

  /** Copies the database, also while it is written to. */
  async backup(file: string): Promise<void> {
    await this.#connection.backup(file);
  }

  /** All or nothing, without letting anything else in between. */
  transaction<T>(work: () => T): T {
    this.exec('begin immediate');
    try {
      const result = work();
      this.exec('commit');
      return result;
    } catch (error) {
      // SQLite has already rolled back after some errors, a full disk among them.
      this.#rollback();
      throw error;
    }
  }

  /** The same in steps, with rests in between: nobody else may use the connection until it has ended. */
  async transactionInSteps(work: () => StoreSteps): Promise<void> {
    this.exec('begin immediate');
    try {
      await inSteps(work());
      this.exec('commit');
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #rollback(): typeof UNCHANGED {
    if (this.#connection.inTransaction) this.#connection.exec('rollback');
    return UNCHANGED;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translateSqliteError(error, this.file);
    }
  }
}

const UNCHANGED = { changes: 0, lastInsertRowid: 0 };
const NOTHING = { reader: false, all: () => [], iterate: () => [][Symbol.iterator]() };

type Guard = <T>(work: () => T) => T;

function wrap(statement: Statement, guard: Guard): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => guard(() => statement.all(parameters.map(toSqlite))),
    run: (parameters) => guard(() => statement.run(parameters.map(toSqlite))),
    iterate: (parameters) => guard(() => statement.iterate(parameters.map(toSqlite))),
  };
}

function toSqlite(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value;
}
