import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HASH = /^[0-9a-f]{64}$/;

/**
 * Which test world a key was made in: a file for each, named after the hash of the key. Whether it is still good is
 * known in that world alone.
 */
export class KeyIndex {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  keep(hash: string, accountId: number): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.#folder, checked(hash)), String(accountId), { mode: 0o600 });
  }

  /** The world is gone, and its keys with it. */
  forget(accountId: number): void {
    for (const name of this.#names()) {
      const file = join(this.#folder, name);
      if (readFileSync(file, 'utf8') === String(accountId)) rmSync(file, { force: true });
    }
  }

  #names(): readonly string[] {
    return existsSync(this.#folder) ? readdirSync(this.#folder).filter((name) => HASH.test(name)) : [];
  }

  /** The account whose test world it is. */
  find(hash: string): number | undefined {
    try {
      return Number(readFileSync(join(this.#folder, checked(hash)), 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function checked(hash: string): string {
  if (!HASH.test(hash)) throw new RangeError('this is no hash of a key');
  return hash;
}
