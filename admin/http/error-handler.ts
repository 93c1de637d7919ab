import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { API_ERRORS, ApiError, type ApiErrorCode, type FieldFault } from '../errors.ts';

/** The error envelope of S1:42-51, with what helps beside the three fields of the source. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly status: number;
    readonly remedy?: string;
    readonly fields?: readonly FieldFault[];
    readonly log_id?: string;
  };
}

/** The one place where HTTP errors are rendered and logged; nothing leaves with a stack trace. */
export function installErrorHandler(app: FastifyInstance, translate: (error: unknown) => ApiError | undefined): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(toApiError(error, translate), request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(new ApiError('not_found', `There is no ${request.method} ${pathOf(request)}.`), request, reply),
  );
}

/** What Fastify refuses before it has found a route (a URL it cannot decode) has the same envelope. */
export function sendFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendError(
    toApiError(error, () => undefined),
    request,
    reply,
  );
}

/** The envelope of one refusal. */
function errorBody(error: ApiError, logId: string): ErrorBody {
  const { status, remedy } = API_ERRORS[error.code];
  return {
    error: {
      code: error.code,
      message: error.message,
      status,
      // S1:42-51 shows this one whole, and its message says what to do.
      ...(error.code === 'insufficient_balance' ? {} : { remedy }),
      ...(error.fields.length === 0 ? {} : { fields: error.fields }),
      ...(status === 500 ? { log_id: logId } : {}),
    },
  };
}

function sendError(error: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.status === 500 && error.cause !== undefined)
    request.log.error({ err: error.cause, logId: request.id }, 'request failed');
  if (error.retryAfterSec > 0) reply.header('retry-after', String(error.retryAfterSec));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="didfarm"');
  return reply
    .code(error.status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(errorBody(error, request.id));
}

/** Faults that Fastify finds before a handler runs, in the words of our catalogue. */
const FRAMEWORK_CODES: Readonly<Record<string, ApiErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_BAD_URL: 'not_found',
};

function toApiError(error: FastifyError, translate: (error: unknown) => ApiError | undefined): ApiError {
  if (error instanceof ApiError) return error;
  const translated = translate(error);
  if (translated !== undefined) return translated;
  const code = FRAMEWORK_CODES[error.code];
  if (code !== undefined) return new ApiError(code);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError('validation_failed', undefined, { cause: error });
  }
  return new ApiError('internal_error', undefined, { cause: error });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}
