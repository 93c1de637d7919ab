import { StoreError, TenancyError } from '../errors.ts';

/** What a violated index means, where its columns do not say it. */
const INDEXES: Readonly<Record<string, readonly [field: string, message: string]>> = {
  accounts_name: ['name', 'another account at this level has that name'],
  accounts_brand_domain: ['brand_domain', 'another account has that brand domain'],
  ledger_accounts_owner: ['kind', 'the account already has one of that kind and currency'],
};

/**
 * SQLite's errors in our words: refusals by constraint or trigger become `TenancyError`, anything wrong with
 * the file or the disk becomes `StoreError`; all else is passed through.
 */
export function translateSqliteError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const message = (error as Error).message;
  if (code.startsWith('SQLITE_CONSTRAINT')) return translateConstraint(code, message, error);
  if (code === 'SQLITE_FULL') {
    return new StoreError('store_full', `The disk that holds ${file} is full; nothing was written.`, error);
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return new StoreError(
      'store_read_only',
      `The database ${file} cannot be written: it or its folder is read-only.`,
      error,
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new StoreError(
      'store_corrupt',
      `The database ${file} is damaged (${message}); restore it from a backup.`,
      error,
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StoreError('store_locked', `The database ${file} is held by another program; close it there.`, error);
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_IOERR')) {
    return new StoreError('store_unreadable', `The database ${file} cannot be opened or read (${message}).`, error);
  }
  return error;
}

function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code?.startsWith('SQLITE_') ? code : undefined;
}

function translateConstraint(code: string, message: string, cause: unknown): TenancyError {
  if (code === 'SQLITE_CONSTRAINT_TRIGGER') return plainWords(message, cause);
  const detail = message.slice(message.indexOf(': ') + 2);
  if (code === 'SQLITE_CONSTRAINT_CHECK') return plainWords(detail, cause);
  const field = detail.slice(detail.lastIndexOf('.') + 1);
  if (code === 'SQLITE_CONSTRAINT_NOTNULL') {
    return new TenancyError('validation_failed', `${field}: must be given`, { field, cause });
  }
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY')
    return duplicate(detail, field, cause);
  return new TenancyError('conflict', 'What this refers to does not exist, or something still refers to it.', {
    cause,
  });
}

function duplicate(detail: string, field: string, cause: unknown): TenancyError {
  const index = /^index '(\w+)'$/.exec(detail)?.[1];
  const [name, message] = INDEXES[index ?? ''] ?? [field, 'another one has that value'];
  return new TenancyError('conflict', `${name}: ${message}`, { field: name, cause });
}

/** `field: sentence`, as the migrations write it. */
function plainWords(text: string, cause: unknown): TenancyError {
  const field = /^(\w+): /.exec(text)?.[1];
  const collides = /\b(another|already in use)\b/.test(text);
  return new TenancyError(collides ? 'conflict' : 'validation_failed', text, { field, cause });
}
