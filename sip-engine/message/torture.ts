import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the messages of RFC 4475 are. @internal for tests */
export const TORTURE_DIR = join(import.meta.dirname, '../testdata/rfc4475');

/** The bytes of one of them. @internal for tests */
export function torture(file: string): Buffer {
  return readFileSync(join(TORTURE_DIR, file));
}
