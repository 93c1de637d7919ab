import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ApiError, fieldError } from '../errors.ts';
import type { IdempotencyStore, StoredAnswer } from '../idempotency-store-port.ts';

/** One write with its Idempotency-Key. */
export interface RepeatableWrite {
  /** Who sent it, and the key. */
  readonly scope: string;
  readonly fingerprint: string;
  /** Done again it goes on where an interruption has left it. */
  readonly resumes: boolean;
}

/** Sees to it that a write with an Idempotency-Key is done once within a day, also when the server was killed (F-118). */
export class IdempotencyGate {
  readonly #store: IdempotencyStore;
  /** Fingerprints of what is being worked on, by scope. */
  readonly #underWay = new Map<string, string>();

  constructor(store: IdempotencyStore) {
    this.#store = store;
  }

  /** Does the work, or repeats what the same write was answered. @throws {ApiError} */
  async once(
    { scope, fingerprint, resumes }: RepeatableWrite,
    work: () => Promise<StoredAnswer>,
  ): Promise<{ readonly answer: StoredAnswer; readonly isReplayed: boolean }> {
    const other = this.#underWay.get(scope);
    if (other !== undefined)
      throw new ApiError(other === fingerprint ? 'idempotency_in_progress' : 'idempotency_mismatch');
    this.#underWay.set(scope, fingerprint);
    try {
      const earlier = await this.#store.find(scope);
      if (earlier !== undefined && earlier.fingerprint !== fingerprint) throw new ApiError('idempotency_mismatch');
      if (earlier?.answer !== undefined) return { answer: earlier.answer, isReplayed: true };
      if (earlier !== undefined && !resumes) throw new ApiError('idempotency_interrupted');
      return { answer: await this.#store.run(scope, fingerprint, work), isReplayed: false };
    } finally {
      this.#underWay.delete(scope);
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
