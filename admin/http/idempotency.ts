import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ApiError, fieldError } from '../errors.ts';

/** What was answered to a write that carried an Idempotency-Key. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface Entry {
  readonly fingerprint: string;
  readonly atMs: number;
  /** `undefined` while the first request is being worked on. */
  answer: StoredAnswer | undefined;
}

const KEPT_MS = 24 * 3600 * 1000;
const MAX_ENTRIES = 10_000;

/**
 * Remembers for a day what writes with an Idempotency-Key were answered (F-118). In memory, because such
 * answers hold passwords that may not be stored; refusals are not remembered, so that they can be retried.
 */
export class IdempotencyMemory {
  readonly #nowMs: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The earlier answer, or `undefined` after which the caller must `finish` or `abandon`. @throws {ApiError} */
  begin(scope: string, fingerprint: string): StoredAnswer | undefined {
    this.#forgetOld();
    const entry = this.#entries.get(scope);
    if (entry === undefined) {
      this.#entries.set(scope, { fingerprint, atMs: this.#nowMs(), answer: undefined });
      return undefined;
    }
    if (entry.fingerprint !== fingerprint) throw new ApiError('idempotency_mismatch');
    if (entry.answer === undefined) throw new ApiError('idempotency_in_progress');
    return entry.answer;
  }

  finish(scope: string, answer: StoredAnswer): void {
    const entry = this.#entries.get(scope);
    if (entry !== undefined) entry.answer = answer;
  }

  abandon(scope: string): void {
    this.#entries.delete(scope);
  }

  #forgetOld(): void {
    const limit = this.#nowMs() - KEPT_MS;
    for (const [scope, entry] of this.#entries) {
      // Insertion order is age order, so the first young one ends the search.
      if (entry.atMs > limit && this.#entries.size <= MAX_ENTRIES) return;
      this.#entries.delete(scope);
    }
  }
}

/** The header's value, checked. @throws {ApiError} when it is longer than 255 characters. */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const value = request.headers['idempotency-key'];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > 255 || value === '') {
    throw fieldError('Idempotency-Key', 'must have 1 to 255 characters');
  }
  return value;
}

/** What makes two requests the same: method, target, body. */
export function fingerprintOf(request: FastifyRequest): string {
  const text = JSON.stringify([
    request.method,
    request.url,
    request.headers['x-didfarm-account'],
    request.body ?? null,
  ]);
  return createHash('sha256').update(text).digest('hex');
}
