import type { RealmRecord } from '../bus/index.ts';
import { offeredAlgorithm } from './explain-failure.ts';
import { type DigestCredentials, isDigestScheme, parseCredentials } from './parse-credentials.ts';

/** What the Authorization lines of a request hold for one realm. */
export type Selection =
  | { readonly kind: 'none' }
  /** Digests, but all for other realms: to be ignored (RFC 3261 section 22.3). */
  | { readonly kind: 'foreign'; readonly realm: string }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'found'; readonly credentials: DigestCredentials };

const NONE: Selection = { kind: 'none' };
const MALFORMED: Selection = { kind: 'malformed' };

/** More lines than any client that passed a chain of proxies sends. */
const MOST_LINES = 8;

/**
 * Picks the credentials for the realm from all lines; lines for other realms and other schemes are ignored, and so are
 * those that answer no challenge yet, as IMS clients send with their first REGISTER (3GPP TS 24.229, 5.1.1.2). Of several
 * for the realm the first with an algorithm that the realm offers wins (RFC 8760 section 2.4).
 */
export function selectCredentials(lines: readonly string[], realm: RealmRecord): Selection {
  let best: DigestCredentials | undefined;
  let foreign: string | undefined;
  let isMalformed = false;
  for (let index = 0; index < lines.length && index < MOST_LINES; index += 1) {
    const line = lines[index] ?? '';
    const credentials = parseCredentials(line);
    if (credentials === undefined) isMalformed ||= isDigestScheme(line);
    else if (credentials.nonce === '' || credentials.response === '') continue;
    else if (!sameRealm(credentials.realm, realm.realm)) foreign ??= credentials.realm;
    else if (offeredAlgorithm(credentials, realm) !== undefined) return { kind: 'found', credentials };
    else best ??= credentials;
  }
  if (best !== undefined) return { kind: 'found', credentials: best };
  if (foreign !== undefined) return { kind: 'foreign', realm: foreign };
  return isMalformed ? MALFORMED : NONE;
}

function sameRealm(sent: string, ours: string): boolean {
  return sent === ours || sent.toLowerCase() === ours.toLowerCase();
}
