import type { RealmRecord } from '../bus/index.ts';
import { algorithmOf, type DigestCredentials, parseCredentials } from './parse-credentials.ts';

/** What the Authorization lines of a request hold for one realm. */
export type Selection =
  | { readonly kind: 'none' }
  /** Digests, but all for other realms: to be ignored (RFC 3261 section 22.3). */
  | { readonly kind: 'foreign'; readonly realm: string }
  | { readonly kind: 'malformed'; readonly line: string }
  | { readonly kind: 'found'; readonly credentials: DigestCredentials };

const NONE: Selection = { kind: 'none' };

/** More lines than any client that passed a chain of proxies sends. */
const MOST_LINES = 8;

/**
 * Picks the credentials for the realm from all lines; lines for other realms and other schemes are ignored. Of several
 * for the realm the first with an algorithm that the realm offers wins (RFC 8760 section 2.4).
 */
export function selectCredentials(lines: readonly string[], realm: RealmRecord): Selection {
  let best: DigestCredentials | undefined;
  let foreign: string | undefined;
  let malformed: string | undefined;
  for (const line of lines.slice(0, MOST_LINES)) {
    const credentials = parseCredentials(line);
    if (credentials === undefined) malformed ??= line;
    else if (!sameRealm(credentials.realm, realm.realm)) foreign ??= credentials.realm;
    else if (isOffered(credentials, realm)) return { kind: 'found', credentials };
    else best ??= credentials;
  }
  if (best !== undefined) return { kind: 'found', credentials: best };
  if (foreign !== undefined) return { kind: 'foreign', realm: foreign };
  return malformed === undefined ? NONE : { kind: 'malformed', line: malformed };
}

function isOffered(credentials: DigestCredentials, realm: RealmRecord): boolean {
  const algorithm = algorithmOf(credentials);
  return algorithm !== undefined && realm.algorithms.includes(algorithm);
}

function sameRealm(sent: string, ours: string): boolean {
  return sent === ours || sent.toLowerCase() === ours.toLowerCase();
}
