import { BoundedMap } from './bounded-map.ts';

export interface BucketRate {
  /** Tokens a key may spend at once. */
  readonly burst: number;
  readonly perSec: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by key, in bounded memory; a key that was forgotten starts full again. */
export class TokenBuckets {
  readonly #buckets: BoundedMap<string, Bucket>;

  constructor(mostKeys: number) {
    this.#buckets = new BoundedMap(mostKeys);
  }

  /** Keys that are not full or not yet forgotten. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Spends one token; when there is none, nothing is spent and the wait in seconds is returned, else 0. */
  take(key: string, rate: BucketRate, nowMs: number): number {
    const bucket = this.#fill(key, rate, nowMs);
    if (bucket.tokens < 1) return waitSec(bucket, rate);
    bucket.tokens -= 1;
    return 0;
  }

  /** Seconds until a token is there, 0 when there is one; spends nothing. */
  waitSec(key: string, rate: BucketRate, nowMs: number): number {
    if (this.#buckets.get(key) === undefined) return 0;
    const bucket = this.#fill(key, rate, nowMs);
    return bucket.tokens < 1 ? waitSec(bucket, rate) : 0;
  }

  forget(key: string): void {
    this.#buckets.delete(key);
  }

  #fill(key: string, rate: BucketRate, nowMs: number): Bucket {
    const known = this.#buckets.get(key);
    if (known === undefined) {
      const bucket = { tokens: rate.burst, atMs: nowMs };
      this.#buckets.set(key, bucket);
      return bucket;
    }
    known.tokens = Math.min(rate.burst, known.tokens + (Math.max(0, nowMs - known.atMs) / 1000) * rate.perSec);
    known.atMs = nowMs;
    return known;
  }
}

function waitSec(bucket: Bucket, rate: BucketRate): number {
  return Math.max(1, Math.ceil((1 - bucket.tokens) / rate.perSec));
}
