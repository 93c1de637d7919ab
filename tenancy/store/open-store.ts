import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CamelCasePlugin, Kysely, SqliteDialect } from 'kysely';
import { callTargets, type OpenAddresses } from '../../config/index.ts';
import { type Clock, SYSTEM_CLOCK } from '../clock.ts';
import { StoreError } from '../errors.ts';
import { SecretBox } from '../secrets/index.ts';
import type { StoreSteps } from './in-steps.ts';
import { migrate } from './migrate.ts';
import type { Db, Tables } from './schema.ts';
import { ensurePlatformRealm, ensureSecretKey } from './settings.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { StoreLock } from './store-lock.ts';

export interface StoreOptions {
  /** The SQLite file; its folder is made when missing. */
  readonly file?: string;
  readonly databaseUrl?: string | undefined;
  /** 32 bytes, see `loadSecretKey`. */
  readonly secretKey: Buffer;
  /** The platform realm as configured; stored at first start, compared later. @default not checked */
  readonly platformRealm?: string;
  readonly clock?: Clock;
  /** Private addresses that calls may be routed to (`Config.calls.targetAllow`). @default all */
  readonly targetAllow?: readonly string[] | undefined;
  /** How long a write waits for a person who holds the file open in sqlite3. @default 5000 */
  readonly busyTimeoutMs?: number;
}

/** What the repositories work with: the store itself, or one transaction of it. */
export interface StoreContext {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly platformRealm: string;
  /** Where calls may be routed to. */
  readonly targets: OpenAddresses;
}

export interface Store extends StoreContext {
  readonly file: string;
  /** All or nothing. `work` must use the context it is given, never the store itself. */
  write<T>(work: (context: StoreContext) => Promise<T>): Promise<T>;
  /** Everything is done and then undone: what would be, while `work` runs. */
  rehearse<T>(work: (context: StoreContext, connection: SqliteConnection) => Promise<T>): Promise<T>;
  /** Many rows at once on prepared statements: all or nothing, without a promise per row. */
  bulk<T>(work: (connection: SqliteConnection) => T): Promise<T>;
  /** The same with rests between its steps (`inSteps`), in which no other write comes in between. */
  bulkInSteps(work: (connection: SqliteConnection) => StoreSteps): Promise<void>;
  /** Looks at many rows on prepared statements, without a transaction. */
  read<T>(work: (connection: SqliteConnection) => T): Promise<T>;
  /** A consistent copy, also while the store is used. */
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * FULL: what an answer has shown, above all money, survives a power cut too. The cache (32 MiB) holds the pages that are
 * written over and over. The journal is taken over whenever it has 250 pages (1 MB): with 2,000 it kept the core for 6 to
 * 8 ms while SIP waited for it. That it moves what is written often more than once costs a call 2 µs at most.
 */
const SETTINGS = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'cache_size = -32768',
  'wal_autocheckpoint = 250',
];

/**
 * What SQLite needs to undo one statement stays in memory: otherwise each transaction makes a file of it. Not while the
 * schema is brought forward: an index over millions of calls is sorted on the disk.
 */
const TEMPORARIES = 'temp_store = MEMORY';

/**
 * Opens the database for writing: lock, schema, key and realm are checked before anything is served.
 * @throws StoreError one code and one sentence for each thing that can be wrong
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.databaseUrl !== undefined) {
    throw new StoreError('store_unsupported', 'DATABASE_URL is set, but this release stores in SQLite only; unset it.');
  }
  const file = options.file;
  if (file === undefined) throw new RangeError('openStore needs a file');
  prepareFolder(dirname(file));
  const lock = file === ':memory:' ? undefined : new StoreLock(file);
  let connection: SqliteConnection | undefined;
  try {
    connection = new SqliteConnection(file, options.busyTimeoutMs ?? 5000);
    return assemble(connection, lock, options);
  } catch (error) {
    connection?.close();
    lock?.release();
    throw error;
  }
}

function assemble(connection: SqliteConnection, lock: StoreLock | undefined, options: StoreOptions): Store {
  const clock = options.clock ?? SYSTEM_CLOCK;
  for (const text of SETTINGS) connection.pragma(text);
  migrate(connection, clock.nowMs());
  connection.pragma(TEMPORARIES);
  const secrets = new SecretBox(options.secretKey);
  ensureSecretKey(connection, secrets);
  const platformRealm = ensurePlatformRealm(connection, options.platformRealm);
  const writer = queriesOver(connection);
  const reading = openReader(connection, options);
  const reader = reading === connection ? writer : queriesOver(reading);
  const db = readingBeside(writer, reader);
  const shared = { secrets, clock, platformRealm, targets: callTargets(options.targetAllow) };
  let closed: Promise<void> | undefined;
  return {
    ...shared,
    db,
    file: connection.file,
    write: (work) => writer.transaction().execute((tx) => work({ ...shared, db: tx })),
    rehearse: (work) => rehearse(writer, (tx) => work({ ...shared, db: tx }, connection)),
    bulk: (work) => writer.connection().execute(async () => connection.transaction(() => work(connection))),
    bulkInSteps: (work) => writer.connection().execute(() => connection.transactionInSteps(() => work(connection))),
    // Looked at several times a second: only where it is the one that writes does it wait for a transaction's end.
    read:
      reading === connection
        ? (work) => writer.connection().execute(async () => work(reading))
        : async (work) => work(reading),
    // Not beside an open transaction: the copy would have what may still be rolled back.
    backup: (file) => writer.connection().execute(() => connection.backup(file)),
    close: () => {
      closed ??= shut(writer, reader, lock);
      return closed;
    },
  };
}

/** A transaction that is rolled back at its end, whatever it came to. */
async function rehearse<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  const transaction = await db.startTransaction().execute();
  try {
    return await work(transaction);
  } finally {
    await transaction.rollback().execute();
  }
}

/** Waits for the transaction that is open, if any. kysely closes no connection that it has not used itself. */
async function shut(writer: Db, reader: Db, lock: StoreLock | undefined): Promise<void> {
  for (const db of [writer, reader]) await db.connection().execute(async () => {});
  if (reader !== writer) await reader.destroy();
  await writer.destroy();
  lock?.release();
}

function queriesOver(database: SqliteConnection): Db {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }), plugins: [new CamelCasePlugin()] });
}

/** A connection that only looks, at what is committed: it waits for nobody, since the journal is written ahead. */
function openReader(connection: SqliteConnection, options: StoreOptions): SqliteConnection {
  if (connection.file === ':memory:') return connection;
  const reader = new SqliteConnection(connection.file, options.busyTimeoutMs ?? 5000);
  reader.pragma('query_only = ON');
  return reader;
}

/**
 * Outside of transactions what is selected is read beside them: an apply to ten thousand trunks keeps one open for
 * seconds, and nobody who only looks has to wait for its end. Inside, everything goes through the one that writes.
 */
function readingBeside(writer: Db, reader: Db): Db {
  if (writer === reader) return writer;
  return new Proxy(writer, {
    get(target, name) {
      const from = name === 'selectFrom' ? reader : target;
      const value: unknown = Reflect.get(from, name, from);
      return typeof value === 'function' ? value.bind(from) : value;
    },
  });
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new StoreError('store_read_only', `The data directory ${folder} cannot be written (${code}).`, error);
  }
}
