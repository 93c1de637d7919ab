/** What was answered to a write that carried an Idempotency-Key. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A write that carried an Idempotency-Key, as it is remembered for a day. */
export interface RememberedWrite {
  readonly fingerprint: string;
  /** `undefined`: something was written, and the server ended before it could answer. */
  readonly answer: StoredAnswer | undefined;
}

/** Writes with an Idempotency-Key; `scope` is who sent them, and the key. */
export interface IdempotencyStore {
  find(scope: string): Promise<RememberedWrite | undefined>;
  /**
   * Does the work. Its first transaction notes that it is done, so that no restart loses that; the answer follows. What
   * is refused is forgotten.
   */
  run(scope: string, fingerprint: string, work: () => Promise<StoredAnswer>): Promise<StoredAnswer>;
}
