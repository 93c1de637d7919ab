import type { FastifyReply } from 'fastify';
import { ApiError } from '../errors.ts';
import type { Principal } from '../principal.ts';
import type { RateLimiter } from '../rate-limit.ts';

/** Counts the request against its key and sets `X-RateLimit-*`. @throws {ApiError} 429 with Retry-After. */
export function limitRate(
  limiter: RateLimiter,
  principal: Pick<Principal, 'actor' | 'ratePerMinute'>,
  reply: FastifyReply,
): void {
  const limit = principal.ratePerMinute;
  const verdict = limiter.take(principal.actor, limit);
  reply.headers({
    'x-ratelimit-limit': String(verdict.limit),
    'x-ratelimit-remaining': String(verdict.remaining),
    'x-ratelimit-reset': String(verdict.resetSec),
  });
  if (verdict.allowed) return;
  throw new ApiError('rate_limited', `More than ${limit} requests a minute with this key.`, {
    retryAfterSec: verdict.retryAfterSec,
  });
}
