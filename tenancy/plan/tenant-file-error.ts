export interface FileFault {
  /** From 1. */
  readonly line: number;
  /** From 1, where it is known. */
  readonly column?: number;
  /** `accounts[0].trunks[3].max_in`, `''` for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A tenant file that cannot be applied: every fault with its place. */
export class TenantFileError extends Error {
  readonly code = 'tenant_file';
  readonly faults: readonly FileFault[];

  constructor(name: string, faults: readonly FileFault[]) {
    const lines = faults.map(
      ({ line, column = 1, path, message }) => `${name}:${line}:${column}: ${path === '' ? '' : `${path} `}${message}`,
    );
    super(lines.join('\n'));
    this.name = 'TenantFileError';
    this.faults = faults;
  }
}

/** `['accounts', 0, 'name']` as people write it. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
