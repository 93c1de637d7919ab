export { migrate } from './migrate.ts';
export { MIGRATIONS, type Migration } from './migrations/index.ts';
export { openStore, type Store, type StoreContext, type StoreOptions } from './open-store.ts';
export { type DestinationColumns, fromDestinationColumns, toDestinationColumns } from './repos/destination.ts';
export * from './repos/index.ts';
export type { Db, Tables } from './schema.ts';
export type { EntryKind, LedgerKind, ReferenceType } from './schema-live.ts';
export { getNonceSecret } from './settings.ts';
export type { SqliteConnection } from './sqlite-connection.ts';
