import { AsyncLocalStorage } from 'node:async_hooks';
import {
  answerIdempotentWrite,
  beginIdempotentWrite,
  findIdempotentWrite,
  forgetIdempotentWrite,
  type Store,
} from '../../tenancy/index.ts';
import type { IdempotencyStore, RememberedWrite, StoredAnswer } from '../idempotency-store-port.ts';

/** The write under way; what it leaves running behind it (a bulk job) is no part of it. */
interface Claim {
  readonly scope: string;
  readonly fingerprint: string;
  isOpen: boolean;
  isNoted: boolean;
}

/** Remembers writes with an Idempotency-Key in the database (F-118). */
export class IdempotentWrites implements IdempotencyStore {
  readonly #store: Store;
  readonly #claims = new AsyncLocalStorage<Claim>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The store for everybody who writes: a transaction within `run` carries the note that it was done. */
  get watched(): Store {
    const store = this.#store;
    return {
      ...store,
      write: (work) =>
        store.write(async (context) => {
          const result = await work(context);
          const claim = this.#claims.getStore();
          if (claim?.isOpen === true) {
            await beginIdempotentWrite(context, claim.scope, claim.fingerprint);
            claim.isNoted = true;
          }
          return result;
        }),
    };
  }

  async find(scope: string): Promise<RememberedWrite | undefined> {
    const found = await findIdempotentWrite(this.#store, scope);
    if (found === undefined) return undefined;
    const { fingerprint, answer } = found;
    return { fingerprint, answer: answer === undefined ? undefined : (JSON.parse(answer) as StoredAnswer) };
  }

  async run(scope: string, fingerprint: string, work: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
    const claim: Claim = { scope, fingerprint, isOpen: true, isNoted: false };
    let answered: StoredAnswer;
    try {
      answered = await this.#claims.run(claim, work);
    } catch (error) {
      if (claim.isNoted) await this.#store.write((context) => forgetIdempotentWrite(context, scope));
      throw error;
    } finally {
      claim.isOpen = false;
    }
    const answer = JSON.stringify(answered);
    await this.#store.write((context) => answerIdempotentWrite(context, scope, { fingerprint, answer }));
    return answered;
  }
}
