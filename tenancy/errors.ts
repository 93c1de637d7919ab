export type TenancyErrorCode =
  | 'validation_failed'
  | 'not_found'
  | 'conflict'
  | 'stale_version'
  | 'idempotency_mismatch'
  | 'insufficient_balance';

/** A request that cannot be done: names the field, what is wrong with it and, where it helps, the remedy. */
export class TenancyError extends Error {
  readonly code: TenancyErrorCode;
  /** The field at fault, `undefined` when it is the whole. */
  readonly field: string | undefined;

  constructor(code: TenancyErrorCode, message: string, options: { field?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'TenancyError';
    this.code = code;
    this.field = options.field;
  }
}

/** Unknown and foreign rows alike: existence is never told (features.md A1). */
export function notFound(resource: string): TenancyError {
  return new TenancyError('not_found', `There is no such ${resource}.`);
}

export function invalid(field: string, message: string): TenancyError {
  return new TenancyError('validation_failed', `${field}: ${message}`, { field });
}

export type StoreErrorCode =
  | 'store_locked'
  | 'store_read_only'
  | 'store_corrupt'
  | 'store_full'
  | 'store_unreadable'
  | 'store_too_new'
  | 'store_unsupported'
  | 'secret_key_unreadable'
  | 'secret_key_mismatch'
  | 'realm_changed';

/** The database or its key cannot be used; the message is one sentence for the operator. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

/** Another process holds the data directory: only one ever writes. */
export class StoreLocked extends StoreError {
  constructor(file: string, holder: string) {
    super('store_locked', `${file} is in use by another didfarm process${holder}; stop it first, or talk to it.`);
    this.name = 'StoreLocked';
  }
}
