import type { DigestAlgorithm, Ha1Set, RealmRecord, TrunkRecord } from '../bus/index.ts';
import type { Reason, Rejection } from '../telemetry/index.ts';
import type { BanBook } from './ban-book.ts';
import { type ChallengeKind, challengeLines } from './challenge.ts';
import { RealmChallenges } from './challenge-bytes.ts';
import { computeHa1, equalInConstantTime, ResponseComputer } from './digest.ts';
import { digestUriFits } from './digest-uri.ts';
import { explainUnknownUser, explainWrongDigest, offeredAlgorithm } from './explain-failure.ts';
import type { GuessLimit } from './guess-limit.ts';
import { hexNumber } from './hex.ts';
import { type IdentityDirectory, refuseIdentity, refuseSource } from './identity.ts';
import type { InboundRequest } from './inbound-request.ts';
import type { NonceCheck, NonceSigner } from './nonce-signer.ts';
import type { NonceUse } from './nonce-use.ts';
import type { DigestCredentials } from './parse-credentials.ts';
import { selectCredentials } from './select-credentials.ts';
import { addressUri, parseSipUri } from './sip-uri.ts';

export interface AuthenticatorOptions {
  readonly directory: IdentityDirectory;
  readonly nonces: NonceSigner;
  readonly uses: NonceUse;
  readonly bans: BanBook;
  readonly guesses: GuessLimit;
  readonly nowMs: () => number;
  /** `false` with `DIDFARM_RATE_LIMITS=off`: guessing is not slowed. */
  readonly limitGuesses: boolean;
  /** One challenge line only, for an engine that cannot send two (drachtio-server). */
  readonly singleChallenge: boolean;
  /** Whether the request comes over the flow of a live binding of that trunk: such a PBX is not slowed by a guesser. */
  readonly isBound: (trunkId: number, request: InboundRequest) => boolean;
}

/** A request whose digest is right, for an identity that may use it. */
export interface Authenticated {
  readonly ok: true;
  readonly trunk: TrunkRecord;
  /** Which of the two passwords of a rotation with overlap was used. */
  readonly password: 'current' | 'previous';
  readonly credentials: DigestCredentials;
}

export interface Refused {
  readonly ok: false;
  readonly rejection: Rejection;
  /** The user name that was tried, `''` when none was sent. */
  readonly username: string;
  /** The trunk it names, whether or not the digest was right. */
  readonly trunk: TrunkRecord | undefined;
}

export type AuthOutcome = Authenticated | Refused;

interface Attempt {
  readonly request: InboundRequest;
  readonly kind: ChallengeKind;
  readonly realm: RealmRecord;
  readonly credentials: DigestCredentials;
  readonly trunk: TrunkRecord | undefined;
  readonly identity: string;
  readonly nonce: NonceCheck;
  readonly nc: number;
}

const NONCE_REASONS = {
  stale: 'nonce_stale',
  foreign: 'nonce_foreign',
  other_address: 'nonce_foreign',
  previous_start: 'nonce_previous_start',
} as const satisfies Record<string, Reason>;

const HEADERS = { www: 'authorization', proxy: 'proxy-authorization' } as const;

/** The digest of every request, REGISTER (401) and INVITE (407) alike (RFC 3261 section 22, RFC 7616, RFC 8760). */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  /** Stands in for the HA1 of users that do not exist, so that they cost the same work. */
  readonly #nobody: Ha1Set;
  readonly #responses = new ResponseComputer();
  readonly #challenges: RealmChallenges;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#challenges = new RealmChallenges(options.singleChallenge ? 'first' : 'all', options.nonces.length);
    const ha1 = (algorithm: DigestAlgorithm) => computeHa1(algorithm, 'nobody', '', '');
    this.#nobody = { MD5: ha1('MD5'), 'SHA-256': ha1('SHA-256'), 'SHA-512-256': ha1('SHA-512-256') };
  }

  /** Authenticates the request in that realm, or says with which answer it is to be refused or challenged. */
  challengeOrAuthenticate(request: InboundRequest, kind: ChallengeKind, realm: RealmRecord): AuthOutcome {
    const selection = selectCredentials(request.headerLines(HEADERS[kind]), realm);
    switch (selection.kind) {
      case 'none':
        return this.#challenge(request, kind, realm, 'challenged', false);
      case 'foreign': {
        const sentence = `You sent credentials for realm ${selection.realm}, expected ${realm.realm}.`;
        return this.#challenge(request, kind, realm, 'unknown_realm', false, sentence);
      }
      case 'malformed': {
        // The line itself stays out of traces and logs: it holds a digest.
        const sentence = `Cannot read the ${kind === 'www' ? 'Authorization' : 'Proxy-Authorization'} header: a name is missing or given twice, or a quote stays open.`;
        const rejection = { status: 400, reason: 'bad_request' as const, sentence };
        return { ok: false, rejection, username: '', trunk: undefined };
      }
      case 'found':
        return this.#authenticate(request, kind, realm, selection.credentials);
    }
  }

  /**
   * The header lines of the 401 to a request that has brought no credentials, each with its CR LF; the bytes are good until
   * the next call.
   */
  challenge(sourceAddress: string, realm: RealmRecord): Uint8Array {
    const { nonces, nowMs } = this.#options;
    return this.#challenges.of(realm).with(nonces.issueCodes(realm.realm, sourceAddress, nowMs()));
  }

  #authenticate(
    request: InboundRequest,
    kind: ChallengeKind,
    realm: RealmRecord,
    credentials: DigestCredentials,
  ): AuthOutcome {
    const { directory, nonces, nowMs } = this.#options;
    const trunk = directory.findCredential(credentials.username, realm.realm);
    const nonce = nonces.check(credentials.nonce, realm.realm, request.sourceAddress, nowMs());
    const identity = `${credentials.username}@${realm.realm}`;
    const attempt = { request, kind, realm, credentials, trunk, identity, nonce, nc: ncOf(credentials) };
    return this.#refuseNonce(attempt) ?? this.#refuseGuess(attempt) ?? this.#verify(attempt);
  }

  /** A nonce that is not good any more says nothing about the password, so nothing is counted (interface.md, Bans). */
  #refuseNonce(attempt: Attempt): Refused | undefined {
    const { nonce, nc } = attempt;
    if (nonce.state !== 'valid') {
      const sentence = nonce.state === 'other_address' ? otherAddress(attempt.request) : undefined;
      return this.#challengeAgain(attempt, NONCE_REASONS[nonce.state], true, sentence);
    }
    if (Number.isNaN(nc)) return this.#challengeAgain(attempt, 'bad_request', false, formFault(attempt.credentials));
    if (this.#options.uses.isFresh(nonce.counter, nonce.issuedSec, nc)) return undefined;
    return this.#challengeAgain(
      attempt,
      'nonce_replay',
      true,
      `nc=${attempt.credentials.nc || 'none'} was used before.`,
    );
  }

  #refuseGuess(attempt: Attempt): Refused | undefined {
    const { request, trunk, identity } = attempt;
    const { bans, guesses, nowMs } = this.#options;
    if (trunk === undefined) {
      const verdict = bans.verdict(request.sourceAddress);
      if (verdict !== undefined) return this.#refuse(attempt, throttled('banned', verdict.retryAfterSec));
    }
    if (!this.#options.limitGuesses) return undefined;
    const waitSec = guesses.waitSec(request.sourceAddress, identity, nowMs());
    if (waitSec === 0 || (trunk !== undefined && this.#options.isBound(trunk.id, request))) return undefined;
    const sentence = `${identity} failed too often from ${request.sourceAddress}; its next attempt is looked at in ${waitSec} s.`;
    return this.#refuse(attempt, { ...throttled('rate_limited', waitSec), sentence });
  }

  #verify(attempt: Attempt): AuthOutcome {
    const { request, credentials, trunk, nonce, nc } = attempt;
    const algorithm = offeredAlgorithm(credentials, attempt.realm);
    const password = algorithm === undefined ? undefined : this.#match(attempt, algorithm);
    if (password === undefined || trunk === undefined) return this.#fail(attempt, algorithm);
    this.#options.uses.take(nonce.counter, nonce.issuedSec, nc);
    this.#options.guesses.recordSuccess(request.sourceAddress, attempt.identity);
    this.#options.bans.recordSuccess(request.sourceAddress, attempt.identity);
    const refusal = this.#refuseAuthenticated(attempt, trunk);
    return refusal === undefined ? { ok: true, trunk, password, credentials } : this.#refuse(attempt, refusal);
  }

  /** Which password the digest was made with; the same work for a user that does not exist. */
  #match(attempt: Attempt, algorithm: DigestAlgorithm): Authenticated['password'] | undefined {
    const { trunk, credentials, request } = attempt;
    const ha1 = trunk?.ha1[algorithm];
    const expected = this.#responses.compute(
      algorithm,
      ha1 ?? this.#nobody[algorithm] ?? '',
      request.method,
      credentials,
    );
    if (equalInConstantTime(expected, credentials.response) && ha1 !== undefined) return 'current';
    const previous = trunk?.previousHa1;
    const old = previous != null && previous.untilMs > this.#options.nowMs() ? previous.ha1[algorithm] : undefined;
    if (old === undefined) return undefined;
    const expectedOld = this.#responses.compute(algorithm, old, request.method, credentials);
    return equalInConstantTime(expectedOld, credentials.response) ? 'previous' : undefined;
  }

  #refuseAuthenticated(attempt: Attempt, trunk: TrunkRecord): Rejection | undefined {
    const { request, credentials, realm } = attempt;
    if (credentials.qop === '' && !trunk.allowNoQop) {
      const sentence = 'The digest has no qop; this trunk does not allow the legacy form.';
      return { status: 403, reason: 'auth_type_mismatch', sentence };
    }
    if (
      credentials.uri !== request.uri &&
      !digestUriFits(credentials.uri, request.uri, realm.realm, usersOf(attempt))
    ) {
      const sentence = `The digest was made for ${credentials.uri}, but the request is for ${request.uri}.`;
      return { status: 400, reason: 'bad_request', sentence };
    }
    return refuseIdentity(this.#options.directory, trunk) ?? refuseSource(trunk, request.sourceAddress);
  }

  #fail(attempt: Attempt, algorithm: DigestAlgorithm | undefined): Refused {
    const { request, credentials, realm, trunk, identity } = attempt;
    const { directory, guesses, bans, nowMs } = this.#options;
    guesses.recordFailure(request.sourceAddress, identity, nowMs());
    bans.recordFailure(request.sourceAddress, identity);
    if (trunk === undefined) {
      const { trunk: meant, ...explanation } = explainUnknownUser(
        directory,
        request,
        realm.realm,
        credentials.username,
      );
      const refused = this.#challengeAgain(attempt, 'unknown_user', false);
      return { ...refused, trunk: meant, rejection: { ...refused.rejection, ...explanation } };
    }
    const retiredAtMs = algorithm === undefined ? undefined : this.#retiredAtMs(attempt, trunk, algorithm);
    const refused = this.#challengeAgain(attempt, 'wrong_password', false);
    const explanation = explainWrongDigest({ credentials, realm, trunk, algorithm, retiredAtMs });
    return { ...refused, rejection: { ...refused.rejection, ...explanation } };
  }

  /** Until when the password was good that the digest was made with, of a rotation that is over. */
  #retiredAtMs({ request, credentials }: Attempt, trunk: TrunkRecord, algorithm: DigestAlgorithm): number | undefined {
    const { previousHa1 } = trunk;
    const old = previousHa1?.ha1[algorithm];
    if (previousHa1 == null || old === undefined) return undefined;
    const expected = this.#responses.compute(algorithm, old, request.method, credentials);
    return equalInConstantTime(expected, credentials.response) ? previousHa1.untilMs : undefined;
  }

  #challengeAgain(attempt: Attempt, reason: Reason, stale: boolean, sentence?: string): Refused {
    const refused = this.#challenge(attempt.request, attempt.kind, attempt.realm, reason, stale, sentence);
    return { ...refused, username: attempt.credentials.username, trunk: attempt.trunk };
  }

  #challenge(
    request: InboundRequest,
    kind: ChallengeKind,
    realm: RealmRecord,
    reason: Reason,
    stale: boolean,
    sentence?: string,
  ): Refused {
    const nonce = this.#options.nonces.issue(realm.realm, request.sourceAddress, this.#options.nowMs());
    const lines = challengeLines(kind, realm, nonce, stale, this.#options.singleChallenge ? 'first' : 'all');
    const status = kind === 'www' ? 401 : 407;
    const rejection = sentence === undefined ? { status, reason, lines } : { status, reason, lines, sentence };
    return { ok: false, rejection, username: '', trunk: undefined };
  }

  #refuse(attempt: Attempt, rejection: Rejection): Refused {
    return { ok: false, rejection, username: attempt.credentials.username, trunk: attempt.trunk };
  }
}

/** 503 with what remains of the wait, at most 300 s: Asterisk stops for good on 403 (interface.md, Answers). */
export function throttled(reason: 'banned' | 'rate_limited', waitSec: number): Rejection {
  return { status: 503, reason, lines: [`Retry-After: ${Math.min(300, waitSec)}`] };
}

/** The nonce count, 0 for the form without qop, NaN when the two do not go together. */
function ncOf(credentials: DigestCredentials): number {
  if (credentials.qop === '') return 0;
  if (credentials.qop !== 'auth' || credentials.cnonce === '' || credentials.nc.length > 8) return Number.NaN;
  return hexNumber(credentials.nc, 0, credentials.nc.length) || Number.NaN;
}

function formFault(credentials: DigestCredentials): string {
  return `You sent qop=${credentials.qop}, nc=${credentials.nc}, cnonce=${credentials.cnonce}; expected qop=auth with both.`;
}

/** Users that a digest uri may name beside that of the Request-URI. */
function usersOf({ request, credentials }: Attempt): readonly string[] {
  return [parseSipUri(addressUri(request.header('to') ?? ''))?.user ?? '', credentials.username];
}

function otherAddress(request: InboundRequest): string {
  return `The nonce was made for another address than ${request.sourceAddress}.`;
}
