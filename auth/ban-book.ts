import type { BanChange } from '../bus/index.ts';
import type { AuthConfig } from '../config/index.ts';
import { BoundedMap } from './bounded-map.ts';
import { NetworkSet, sourceKey } from './source-key.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Sources remembered for failures and for successes each. */
const MOST_SOURCES = 100_000;

export interface BanBookOptions {
  readonly config: Pick<AuthConfig, 'trustedNetworks' | 'banIdentitiesPerMinute' | 'banFirstSec' | 'banMaxSec'>;
  readonly nowMs: () => number;
  readonly emit: (change: BanChange) => void;
  /** Whether the address holds a live binding, on any port. */
  readonly holdsBinding: (address: string) => boolean;
  /** A carrier or IP trunk: never banned. */
  readonly isPeer: (address: string) => boolean;
}

/** An entry of the ban list. */
export interface Ban {
  readonly address: string;
  readonly untilMs: number;
  readonly reason: string;
}

/** `unknown_only`: the source has honest PBXes, so only identities that do not exist are refused. */
export interface BanVerdict {
  readonly scope: 'all' | 'unknown_only';
  readonly retryAfterSec: number;
}

/** Identities that failed in the last minute, with the time of the counted failure. */
type Failures = Map<string, number>;

interface Sentence {
  ban: Ban;
  times: number;
}

/**
 * Fair bans (P12): a source is scored by the number of different identities that fail in a minute. One stale password,
 * repeated for ever, never bans anybody; guessing through a list of names does.
 */
export class BanBook {
  readonly #options: BanBookOptions;
  readonly #trusted: NetworkSet;
  readonly #failures = new BoundedMap<string, Failures>(MOST_SOURCES);
  readonly #successes = new BoundedMap<string, number>(MOST_SOURCES);
  readonly #sentences = new BoundedMap<string, Sentence>(MOST_SOURCES);

  constructor(options: BanBookOptions) {
    this.#options = options;
    this.#trusted = new NetworkSet(options.config.trustedNetworks);
  }

  /** Counts a failure whose nonce was ours, unexpired and issued to that address; `identity` is `user@realm`. */
  recordFailure(address: string, identity: string): void {
    if (this.isTrusted(address)) return;
    const now = this.#options.nowMs();
    const key = sourceKey(address);
    const failures = this.#failures.get(key) ?? new Map();
    for (const [failed, atMs] of failures) if (now - atMs >= MINUTE_MS) failures.delete(failed);
    if (!failures.has(identity)) failures.set(identity, now);
    this.#failures.set(key, failures);
    if (failures.size >= this.#options.config.banIdentitiesPerMinute) this.#ban(key, failures.size, now);
  }

  /** An identity authenticated: its failures from there are forgiven, and the address is not dropped for 24 h. */
  recordSuccess(address: string, identity: string): void {
    const now = this.#options.nowMs();
    const key = sourceKey(address);
    if (now - (this.#successes.get(key) ?? Number.NEGATIVE_INFINITY) > HOUR_MS) this.#successes.set(key, now);
    if (this.#failures.size > 0) this.#failures.get(key)?.delete(identity);
  }

  /** Whether the address is banned now, and how far the ban reaches. */
  verdict(address: string): BanVerdict | undefined {
    if (this.#sentences.size === 0) return undefined;
    const ban = this.#activeBan(sourceKey(address));
    if (ban === undefined || this.isTrusted(address)) return undefined;
    return {
      scope: this.isEstablished(address) ? 'unknown_only' : 'all',
      retryAfterSec: Math.min(300, Math.max(1, Math.ceil((ban.untilMs - this.#options.nowMs()) / 1000))),
    };
  }

  /** Whether honest PBXes are known behind the address: a live binding, or a success within 24 h. */
  isEstablished(address: string): boolean {
    const success = this.#successes.get(sourceKey(address));
    const isRecent = success !== undefined && this.#options.nowMs() - success < DAY_MS;
    return isRecent || this.#options.holdsBinding(address);
  }

  isTrusted(address: string): boolean {
    return this.#trusted.has(address) || this.#options.isPeer(address);
  }

  /** Bans in force, the newest first. */
  list(): readonly Ban[] {
    const now = this.#options.nowMs();
    const active: Ban[] = [];
    for (const [, sentence] of this.#sentences.entries()) if (sentence.ban.untilMs > now) active.push(sentence.ban);
    return active.reverse();
  }

  /** Ends a ban and forgets what led to it, but not that it was: a next one is longer. `false` when there is none. */
  lift(address: string): boolean {
    const key = address.endsWith('::/64') ? address : sourceKey(address);
    const ban = this.#activeBan(key);
    this.#failures.delete(key);
    if (ban === undefined) return false;
    const now = this.#options.nowMs();
    this.#sentences.set(key, { ban: { ...ban, untilMs: now }, times: this.#sentences.get(key)?.times ?? 1 });
    this.#options.emit({ op: 'lift', address: key, untilMs: now, reason: 'lifted' });
    return true;
  }

  /** Another thread has banned somebody, or lifted a ban: it holds here, too, and nobody has to be told. */
  hear({ op, address, untilMs, reason }: BanChange): void {
    const times = this.#sentences.get(address)?.times ?? 0;
    this.#sentences.set(address, { ban: { address, untilMs, reason }, times: op === 'add' ? times + 1 : times });
    this.#failures.delete(address);
  }

  /** Takes over bans of before a restart; those that ended are left out. */
  restore(bans: readonly Ban[]): void {
    for (const ban of bans)
      if (ban.untilMs > this.#options.nowMs()) this.#sentences.set(ban.address, { ban, times: 1 });
  }

  #activeBan(key: string): Ban | undefined {
    const ban = this.#sentences.get(key)?.ban;
    return ban !== undefined && ban.untilMs > this.#options.nowMs() ? ban : undefined;
  }

  /** Each further ban within a day of the last one's end is twice as long. */
  #ban(key: string, identities: number, now: number): void {
    const before = this.#sentences.get(key);
    if (before !== undefined && before.ban.untilMs > now) return;
    const times = before !== undefined && now - before.ban.untilMs < DAY_MS ? before.times + 1 : 1;
    const { banFirstSec, banMaxSec } = this.#options.config;
    const untilMs = now + Math.min(banMaxSec, banFirstSec * 2 ** Math.min(30, times - 1)) * 1000;
    const ban = { address: key, untilMs, reason: `${identities} different identities failed within a minute` };
    this.#sentences.set(key, { ban, times });
    this.#failures.delete(key);
    this.#options.emit({ op: 'add', ...ban });
  }
}
