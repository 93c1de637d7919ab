/** One row a code: the HTTP status, and what a caller may be told when nothing more exact is known. */
export interface ApiErrorEntry {
  readonly status: 401 | 403 | 404 | 422 | 429 | 500;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Every error code of the API. docs/api.md lists the same rows; a test holds them together. */
// biome-ignore format: one row a code
export const API_ERRORS = {
  missing_api_key: { status: 401, message: 'No API key was sent.', remedy: 'Send the header Authorization: Bearer df_live_…' },
  invalid_api_key: { status: 401, message: 'The API key is unknown, expired or revoked.', remedy: 'Check the key, or generate a new one.' },
  insufficient_scope: { status: 403, message: 'The API key lacks the scope for this.', remedy: 'Use a key that has the scope named.' },
  operator_only: { status: 403, message: 'Only the operator of the platform may do this.', remedy: 'Use an operator key or the didfarm command on the server.' },
  address_not_allowed: { status: 403, message: 'The API key may not be used from this address.', remedy: 'Add the address to the allowed addresses of the key.' },
  test_key_required: { status: 403, message: 'This acts on a test world, which only a df_test_ key has.', remedy: 'Make a key with mode test and use that.' },
  account_suspended: { status: 403, message: 'The account is suspended or closed.', remedy: 'Have the account activated.' },
  not_reseller: { status: 403, message: 'Only a reseller account may have child accounts.', remedy: 'Have is_reseller set on the account.' },
  not_found: { status: 404, message: 'There is nothing here by that name.', remedy: 'Check the path and the id.' },
  validation_failed: { status: 422, message: 'The request is not valid.', remedy: 'Correct the fields named.' },
  malformed_json: { status: 422, message: 'The body is not valid JSON.', remedy: 'Send a JSON object.' },
  unknown_field: { status: 422, message: 'The request has a field that does not exist.', remedy: 'Correct or remove the field named.' },
  conflict: { status: 422, message: 'That collides with something that exists.', remedy: 'Choose another value.' },
  stale_version: { status: 422, message: 'It was changed by somebody else meanwhile.', remedy: 'Read it again and repeat the change with the new ETag.' },
  idempotency_mismatch: { status: 422, message: 'The Idempotency-Key was used before for another request.', remedy: 'Use a new key for a new request.' },
  idempotency_in_progress: { status: 422, message: 'The request with this Idempotency-Key is still being worked on.', remedy: 'Wait a moment and repeat it.' },
  idempotency_interrupted: { status: 422, message: 'The request with this Idempotency-Key was done, but the server ended before it could answer.', remedy: 'Look at what is there: it is not done a second time. Have a new password made where one was not told.' },
  payload_too_large: { status: 422, message: 'The body is too large.', remedy: 'Split the request.' },
  unsupported_media: { status: 422, message: 'The body is not JSON.', remedy: 'Send a JSON object.' },
  insufficient_balance: { status: 422, message: 'Wallet balance too low for this purchase.', remedy: 'Top up the wallet.' },
  sandbox_not_available: { status: 422, message: 'There is no test world for this key now.', remedy: 'Use a df_test_ key of an account; when too many test worlds are in use, repeat it in a minute.' },
  sandbox_limit: { status: 422, message: 'That is more than a test world has room for.', remedy: 'Take away what is not needed any more, or reset the test world.' },
  rate_limited: { status: 429, message: 'Rate limit exceeded.', remedy: 'Wait as long as Retry-After says.' },
  sip_unavailable: { status: 500, message: 'The SIP side did not answer in time.', remedy: 'Repeat the request; the log has the cause.' },
  internal_error: { status: 500, message: 'Server error.', remedy: 'Retry with backoff; quote the log id when it repeats.' },
} as const satisfies Record<string, ApiErrorEntry>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** What is wrong with one field of a request. */
export interface FieldFault {
  /** `name`, `items[0].number`; of a header or query parameter its name. */
  readonly field: string;
  readonly problem: string;
}

/** A refusal of the API; thrown by handlers, rendered once by the error handler. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly fields: readonly FieldFault[];
  /** Seconds for `Retry-After`; 0 when none is sent. */
  readonly retryAfterSec: number;

  constructor(
    code: ApiErrorCode,
    message?: string,
    options: {
      readonly fields?: readonly FieldFault[];
      readonly retryAfterSec?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message ?? API_ERRORS[code].message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.fields = options.fields ?? [];
    this.retryAfterSec = options.retryAfterSec ?? 0;
  }

  /** The HTTP status of its code. */
  get status(): number {
    return API_ERRORS[this.code].status;
  }
}

/** One field is at fault: `validation_failed` (or another code) with the field named. */
export function fieldError(field: string, problem: string, code: ApiErrorCode = 'validation_failed'): ApiError {
  return new ApiError(code, sentence(`${field}: ${problem}`), { fields: [{ field, problem }] });
}

/** The answer for an id that does not exist, and equally for one that belongs to somebody else (A1). */
export function notFound(what: string): ApiError {
  return new ApiError('not_found', `There is no such ${what}.`);
}

/** Ends with a full stop, unless it asks something. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
