/** The least of better-sqlite3 that the store uses; the package ships no types. */
declare module 'better-sqlite3' {
  interface Statement {
    readonly reader: boolean;
    all(parameters: readonly unknown[]): unknown[];
    get(parameters: readonly unknown[]): unknown;
    run(parameters: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number };
    iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
  }

  interface Connection {
    readonly inTransaction: boolean;
    prepare(sql: string): Statement;
    exec(sql: string): void;
    pragma(text: string, options?: { readonly simple: boolean }): unknown;
    backup(file: string): Promise<unknown>;
    close(): void;
  }

  const open: (file: string, options?: { readonly readonly?: boolean; readonly timeout?: number }) => Connection;

  export type { Connection, Statement };
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS, its face is the default
  export default open;
}
