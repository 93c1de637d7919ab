import type { BanChange } from '../bus/index.ts';
import type { AuthConfig } from '../config/index.ts';
import { Authenticator } from './authenticator.ts';
import { BanBook } from './ban-book.ts';
import { GuessLimit } from './guess-limit.ts';
import type { IdentityDirectory } from './identity.ts';
import type { InboundRequest } from './inbound-request.ts';
import { NonceSigner } from './nonce-signer.ts';
import { NonceUse } from './nonce-use.ts';
import { Overload, type OverloadOptions } from './overload.ts';
import { createPreFilter, type PreFilterDecision, shareOf } from './pre-filter.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RealmResolver } from './realm-resolver.ts';

export interface AuthServiceOptions {
  readonly directory: IdentityDirectory;
  readonly config: AuthConfig;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
  /** Persisted outside; at least 128 random bits as text. */
  readonly nonceSecret: string;
  /** Different at every start, e.g. epoch seconds. */
  readonly startEpoch: number;
  /** Where this thread's nonce counters begin. @default 1 */
  readonly firstNonceCounter?: number;
  readonly rateLimits: boolean;
  readonly defaultRealm: string | undefined;
  readonly ownNames: readonly string[];
  readonly scanners: readonly string[];
  readonly singleChallenge?: boolean;
  readonly emitBan: (change: BanChange) => void;
  /** A carrier or a listed address of an IP trunk. */
  readonly isPeer: (address: string) => boolean;
  /** How busy the thread is; without it, and with rate limits off, strangers are never shed. */
  readonly overload?: Omit<OverloadOptions, 'nowMs'> | undefined;
  readonly holdsBinding: (address: string) => boolean;
  readonly isBound: (trunkId: number, request: InboundRequest) => boolean;
}

/** Everything that decides who somebody is, for REGISTER and INVITE alike. */
export interface AuthService {
  readonly authenticator: Authenticator;
  readonly realms: RealmResolver;
  readonly bans: BanBook;
  readonly limits: RateLimiter;
  /** For `SipEngine.setPreFilter`. */
  readonly preFilter: (
    sourceAddress: string,
    transport: string,
    method: string,
    userAgent: string,
  ) => PreFilterDecision;
  /** Who shares what the thread has time for: one known source, or `''`, all that nobody knows. */
  readonly shareOf: (sourceAddress: string) => string;
}

/** Builds the service over one directory and one clock. */
export function createAuth(options: AuthServiceOptions): AuthService {
  const { directory, config, nowMs } = options;
  const lifetimeSec = config.nonceLifetimeSec;
  const bans = new BanBook({
    config,
    nowMs,
    emit: options.emitBan,
    holdsBinding: options.holdsBinding,
    isPeer: options.isPeer,
  });
  const nonces = new NonceSigner({
    secret: options.nonceSecret,
    startEpoch: options.startEpoch,
    lifetimeSec,
    firstCounter: options.firstNonceCounter ?? 1,
  });
  return {
    authenticator: new Authenticator({
      directory,
      nonces,
      uses: new NonceUse(lifetimeSec),
      bans,
      guesses: new GuessLimit(),
      nowMs,
      limitGuesses: options.rateLimits,
      singleChallenge: options.singleChallenge ?? false,
      isBound: options.isBound,
    }),
    realms: new RealmResolver({ directory, defaultRealm: options.defaultRealm, ownNames: options.ownNames }),
    bans,
    limits: new RateLimiter({
      enabled: options.rateLimits,
      nowMs,
      isTrusted: (address) => bans.isTrusted(address),
      isEstablished: (address) => bans.isEstablished(address),
    }),
    preFilter: createPreFilter({
      bans,
      nowMs,
      scanners: options.scanners,
      overload: options.rateLimits && options.overload ? new Overload({ ...options.overload, nowMs }) : undefined,
    }),
    shareOf: (address) => shareOf(bans, address),
  };
}
