import type { FastifyInstance } from 'fastify';
import { ApiError, fieldError } from '../errors.ts';

/** Largest request body (bytes), where a route does not take more. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * Takes a body that starts with `{` or `[` as JSON whatever its content type: `curl -d '{…}'` without a
 * header says `application/x-www-form-urlencoded` (A6).
 */
export function installBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    try {
      done(null, parseBody(String(body), request.headers['content-type'] ?? ''));
    } catch (error) {
      done(error as Error);
    }
  });
}

/**
 * An empty body is an empty object.
 * @throws {ApiError} `malformed_json`, `unsupported_media`, or `validation_failed` for JSON that is no object
 */
function parseBody(text: string, contentType: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return {};
  // A CSV file as it is: what bulk imports take as the field csv.
  if (/^text\/csv\b/i.test(contentType)) return { csv: text };
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return parseJson(trimmed);
  if (!SCALAR.test(trimmed) && !/\bjson\b/i.test(contentType)) {
    throw new ApiError('unsupported_media', `The body is not JSON (content type ${contentType || 'not given'}).`);
  }
  const given = JSON.stringify(parseJson(trimmed)).slice(0, 60);
  throw fieldError('body', `must be a JSON object such as {"name": "…"}, got ${given}`);
}

/** What JSON knows besides objects and arrays. */
const SCALAR = /^(?:null|true|false|-?\d[\d.eE+-]*|"(?:[^"\\]|\\.)*")$/;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError('malformed_json', `The body is not valid JSON: ${(error as Error).message}.`, { cause: error });
  }
}
