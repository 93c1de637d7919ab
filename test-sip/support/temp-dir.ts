import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What of a tap test is needed: an end, and where it is told, whether it ended well. */
export interface Test {
  teardown(handler: () => unknown): void;
  passing?(): boolean;
  comment?(text: string): void;
}

/** A new empty directory that goes with the test. */
export function tempDir(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-test-'));
  // Again, while a process that was killed just now has its last file made.
  t.teardown(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }));
  return dir;
}
