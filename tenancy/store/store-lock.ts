import { readFileSync, writeFileSync } from 'node:fs';
import openDatabase, { type Connection } from 'better-sqlite3';
import { StoreLocked } from '../errors.ts';
import { translateSqliteError } from './sqlite-errors.ts';

/**
 * The right to write, for one process at a time. An exclusive transaction on an empty database beside the
 * real one is held for as long as the process lives; the kernel lets go of it even after kill -9, and people
 * may still open the real database with sqlite3 by hand.
 */
export class StoreLock {
  readonly #connection: Connection;

  /** @throws StoreLocked when another process has it. */
  constructor(file: string) {
    const holderFile = `${file}.pid`;
    try {
      this.#connection = openDatabase(`${file}.lock`, { timeout: 0 });
      this.#connection.exec('begin exclusive');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code.startsWith('SQLITE_BUSY')) throw new StoreLocked(file, readHolder(holderFile));
      throw translateSqliteError(error, `${file}.lock`);
    }
    writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  }

  release(): void {
    this.#connection.close();
  }
}

/** Only for the message; the lock itself is the kernel's. */
function readHolder(file: string): string {
  try {
    return ` (process ${readFileSync(file, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
