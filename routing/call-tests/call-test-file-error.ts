import type { FileFault } from '../../tenancy/index.ts';

/** A file of call tests that cannot be run: every fault with its line and column. */
export class CallTestFileError extends Error {
  readonly code = 'call_test_file';
  readonly faults: readonly FileFault[];

  constructor(name: string, faults: readonly FileFault[]) {
    const lines = faults.map(
      ({ line, column = 1, path, message }) => `${name}:${line}:${column}: ${path === '' ? '' : `${path} `}${message}`,
    );
    super(lines.join('\n'));
    this.name = 'CallTestFileError';
    this.faults = faults;
  }
}
