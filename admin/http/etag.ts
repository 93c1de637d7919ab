import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, fieldError } from '../errors.ts';

/** The version as an entity tag. */
export function setEtag(reply: FastifyReply, version: number): void {
  reply.header('etag', `"${version}"`);
}

/** @throws {ApiError} `stale_version` when If-Match names another version than the row has. */
export function checkIfMatch(request: FastifyRequest, version: number): void {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return;
  const tags = header.split(',').map((tag) => /^\s*(?:W\/)?"(\d+)"\s*$/.exec(tag)?.[1]);
  if (tags.includes(undefined)) throw fieldError('If-Match', 'must be an ETag that was given out here, like "3"');
  if (!tags.includes(String(version))) {
    throw new ApiError('stale_version', `It is at version ${version}, If-Match asks for ${header}.`);
  }
}
