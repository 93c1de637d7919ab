import { sourceKey } from './source-key.ts';
import { TokenBuckets } from './token-buckets.ts';

/** Wrong answers that one identity may give from one source: five a minute (interface.md, Bans). */
const GUESSES = { burst: 5, perSec: 5 / 60 };

const MOST_PAIRS = 100_000;

/** Slows guessing of one identity from one source, without banning anybody. */
export class GuessLimit {
  readonly #buckets = new TokenBuckets(MOST_PAIRS);

  /** Seconds to wait before the next attempt is looked at, 0 for none. */
  waitSec(address: string, identity: string, nowMs: number): number {
    return this.#buckets.size === 0 ? 0 : this.#buckets.waitSec(pairKey(address, identity), GUESSES, nowMs);
  }

  recordFailure(address: string, identity: string, nowMs: number): void {
    this.#buckets.take(pairKey(address, identity), GUESSES, nowMs);
  }

  recordSuccess(address: string, identity: string): void {
    if (this.#buckets.size > 0) this.#buckets.forget(pairKey(address, identity));
  }
}

function pairKey(address: string, identity: string): string {
  return `${sourceKey(address)} ${identity}`;
}
