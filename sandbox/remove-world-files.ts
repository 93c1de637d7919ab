import { rmSync } from 'node:fs';

/** What SQLite and its lock keep beside a database. */
const ENDINGS = ['', '-wal', '-shm', '.lock', '.pid'];

/** Where the files of a world's record streams are. */
export function recordsFolderOf(file: string): string {
  return `${file}.records`;
}

/** Removes a closed test world for good. */
export function removeWorldFiles(file: string): void {
  for (const ending of ENDINGS) rmSync(`${file}${ending}`, { force: true });
  rmSync(recordsFolderOf(file), { recursive: true, force: true });
}
