import { sourceKey } from './source-key.ts';
import { TokenBuckets } from './token-buckets.ts';

const MOST_KEYS = 100_000;

/** A source where nobody authenticated within 24 h. */
const STRANGER = { burst: 200, perSec: 50 };
/** A source with PBXes behind it, an office or a whole carrier-grade NAT. */
const KNOWN = { burst: 4000, perSec: 1000 };
/** One identity, wherever it comes from; a PBX needs a few a minute. */
const IDENTITY = { burst: 60, perSec: 5 };

export interface RateLimiterOptions {
  /** `false` switches all limits off (`DIDFARM_RATE_LIMITS=off`). */
  readonly enabled: boolean;
  readonly nowMs: () => number;
  readonly isTrusted: (address: string) => boolean;
  readonly isEstablished: (address: string) => boolean;
}

/** Limits REGISTERs per source before, and per identity after, authentication, so that a flood cannot starve PBXes. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #sources = new TokenBuckets(MOST_KEYS);
  readonly #identities = new TokenBuckets(MOST_KEYS);

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /** Counts a request from that address; seconds to wait when it is one too many, else 0. */
  countSource(address: string): number {
    if (!this.#options.enabled) return 0;
    const rate = this.#options.isEstablished(address) ? KNOWN : STRANGER;
    const waitSec = this.#sources.take(sourceKey(address), rate, this.#options.nowMs());
    return waitSec > 0 && this.#options.isTrusted(address) ? 0 : waitSec;
  }

  /** Counts an authenticated request of that identity: strangers cannot use up somebody else's share. */
  countIdentity(identity: string, address: string): number {
    if (!this.#options.enabled) return 0;
    const waitSec = this.#identities.take(identity, IDENTITY, this.#options.nowMs());
    return waitSec > 0 && this.#options.isTrusted(address) ? 0 : waitSec;
  }
}
