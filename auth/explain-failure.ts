import type { DigestAlgorithm, RealmRecord, TrunkRecord } from '../bus/index.ts';
import type { Rejection } from '../telemetry/index.ts';
import type { IdentityDirectory } from './identity.ts';
import type { InboundRequest } from './inbound-request.ts';
import { algorithmOf, type DigestCredentials } from './parse-credentials.ts';
import { addressUri, parseSipUri } from './sip-uri.ts';

/** What a failed digest was made of. */
export interface FailedDigest {
  readonly credentials: DigestCredentials;
  readonly realm: RealmRecord;
  readonly trunk: TrunkRecord;
  /** Which stored hash it was compared with; `undefined` when the realm does not offer the algorithm. */
  readonly algorithm: DigestAlgorithm | undefined;
  /** Until when the password was good that it was made with; `undefined` for any other password. */
  readonly retiredAtMs: number | undefined;
}

type Explanation = Pick<Rejection, 'sentence' | 'remedy'>;

/**
 * "You sent X, expected Y" of a wrong digest, for the owner of the trunk alone. Names, realm and algorithm are no
 * secrets; passwords, hashes and nonces stay out.
 */
export function explainWrongDigest(failed: FailedDigest): Explanation {
  const { credentials, realm, trunk, algorithm, retiredAtMs } = failed;
  if (algorithm === undefined) {
    return {
      sentence: `You used ${credentials.algorithm}, expected ${realm.algorithms.join(' or ')}.`,
      remedy: 'Set the digest algorithm in the PBX to one of these, or allow it for the SIP domain.',
    };
  }
  if (trunk.ha1[algorithm] === undefined) {
    return {
      sentence: `You used ${algorithm}, for which no hash of the password of ${trunk.username} is stored.`,
      remedy: 'Regenerate the password of the trunk and enter the new one in the PBX.',
    };
  }
  if (credentials.uri === '') {
    return {
      sentence: 'You sent a digest without uri, expected the Request-URI there: it is part of what is hashed.',
      remedy: 'Report it to the maker of the PBX.',
    };
  }
  if (retiredAtMs !== undefined) {
    const until = new Date(retiredAtMs).toISOString();
    return {
      sentence: `You sent the old password, which was good until ${until}, expected the new one.`,
      remedy: 'Enter the new password in the PBX, or regenerate it.',
    };
  }
  if (credentials.realm !== realm.realm) {
    return {
      sentence: `You sent the realm ${credentials.realm}, expected ${realm.realm} letter by letter, and the digest does not match.`,
      remedy: 'Leave the realm in the PBX empty or set it to exactly this; then type the password again.',
    };
  }
  return {
    sentence: `You sent user name ${credentials.username}, realm ${credentials.realm} and ${algorithm}, as expected, but not the password of this trunk.`,
  };
}

/** What is said of a user name that nobody in the realm has, and which trunk it may have meant. */
export interface UnknownUser extends Explanation {
  readonly trunk: TrunkRecord | undefined;
}

/** Looks for the trunk that a wrong user name may have meant: the commonest slips, and the one that To names. */
export function explainUnknownUser(
  directory: Pick<IdentityDirectory, 'findCredential'>,
  request: InboundRequest,
  realm: string,
  username: string,
): UnknownUser {
  const meant = [username.split('@', 1)[0] ?? '', username.trim(), username.toLowerCase(), username.toUpperCase()];
  const named = parseSipUri(addressUri(request.header('to') ?? ''))?.user ?? '';
  for (const name of [...meant, named]) {
    const trunk = name === '' ? undefined : directory.findCredential(name, realm);
    if (trunk === undefined) continue;
    return {
      trunk,
      sentence: `You sent the authentication user name ${username}, expected ${trunk.username}.`,
      remedy: `Set the authentication user name in the PBX to ${trunk.username}.`,
    };
  }
  return { trunk: undefined, sentence: `You sent user name ${username}, expected one of a trunk of ${realm}.` };
}

/** The algorithm whose hash a digest is compared with, `undefined` when the realm does not offer the one it names. */
export function offeredAlgorithm(credentials: DigestCredentials, realm: RealmRecord): DigestAlgorithm | undefined {
  const algorithm = algorithmOf(credentials);
  return algorithm !== undefined && realm.algorithms.includes(algorithm) ? algorithm : undefined;
}
