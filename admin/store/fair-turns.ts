import { ApiError } from '../errors.ts';

/** Who asks: an account's id, or `null` for the operator. */
export type Owner = number | null;

interface Job {
  readonly run: () => Promise<void>;
}

export interface FairTurnsOptions {
  /** So many of everybody's run at a time. */
  readonly atOnce: number;
  /** So many of one owner may wait or run; beyond them 429. */
  readonly ofOwner: number;
  /** So many of all may wait or run; beyond them 429. */
  readonly ofAll: number;
}

/** What whoever is turned away is told to wait (s). */
const RETRY_SEC = 5;

/**
 * Long work of many owners on one thread: one of each owner at a time, and after each the next owner's turn, so that
 * whoever asks for much waits for himself.
 */
export class FairTurns {
  readonly #options: FairTurnsOptions;
  /** In the order of their next turn. */
  readonly #waiting = new Map<Owner, Job[]>();
  readonly #running = new Set<Owner>();
  #size = 0;

  constructor(options: FairTurnsOptions) {
    this.#options = options;
  }

  /** @throws ApiError `rate_limited` when too much waits already */
  async run<T>(owner: Owner, work: () => Promise<T>): Promise<T> {
    const { ofOwner, ofAll } = this.#options;
    const jobs = this.#waiting.get(owner) ?? [];
    const own = jobs.length + (this.#running.has(owner) ? 1 : 0);
    if (own >= ofOwner) throw busy(`${ofOwner} rehearsals of this account are under way; wait until one has ended.`);
    if (this.#size >= ofAll) throw busy('Too many rehearsals are under way; try again in a moment.');
    this.#size += 1;
    const done = Promise.withResolvers<T>();
    const run = () => work().then(done.resolve, done.reject);
    this.#waiting.set(owner, [...jobs, { run }]);
    this.#next();
    return done.promise;
  }

  #next(): void {
    for (const [owner, [job, ...others]] of this.#waiting) {
      if (this.#running.size >= this.#options.atOnce) return;
      if (this.#running.has(owner) || job === undefined) continue;
      if (others.length > 0) this.#waiting.set(owner, others);
      else this.#waiting.delete(owner);
      this.#running.add(owner);
      void job.run().finally(() => this.#ended(owner));
    }
  }

  #ended(owner: Owner): void {
    this.#running.delete(owner);
    this.#size -= 1;
    const others = this.#waiting.get(owner);
    // Behind everybody else who waits.
    this.#waiting.delete(owner);
    if (others !== undefined) this.#waiting.set(owner, others);
    this.#next();
  }
}

function busy(message: string): ApiError {
  return new ApiError('rate_limited', message, { retryAfterSec: RETRY_SEC });
}
