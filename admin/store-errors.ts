import { MessageLimitError } from '../billing-hooks/index.ts';
import { CallTestFileError } from '../routing/index.ts';
import { TenancyError, TenantFileError } from '../tenancy/index.ts';
import { ApiError } from './errors.ts';

/** Refusals of the store in the API's words; `undefined` for what is no refusal but a fault. */
export function translateStoreError(error: unknown): ApiError | undefined {
  if (error instanceof TenantFileError || error instanceof CallTestFileError) {
    const fields = error.faults.map(({ line, path, message }) => ({
      field: path,
      problem: `line ${line}: ${message}`,
    }));
    return new ApiError('validation_failed', error.message, { fields, cause: error });
  }
  if (error instanceof MessageLimitError) {
    const { code, message, retryAfterSec } = error;
    return new ApiError(code, message, { retryAfterSec, cause: error });
  }
  if (!(error instanceof TenancyError)) return undefined;
  const { field, message } = error;
  const fields = field === undefined ? [] : [{ field, problem: message.replace(`${field}: `, '') }];
  return new ApiError(error.code, message.endsWith('.') ? message : `${message}.`, { fields, cause: error });
}
