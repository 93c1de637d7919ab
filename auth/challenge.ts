import type { RealmRecord } from '../bus/index.ts';

/** Who asks: the registrar and end servers (401) or a proxy (407), RFC 3261 sections 22.2 and 22.3. */
export type ChallengeKind = 'www' | 'proxy';

/** Which of the realm's algorithms are offered: all, or `first` for an engine that cannot send two lines of one name. */
export type Offer = 'all' | 'first';

/**
 * One challenge line an algorithm of the realm, in its order, all with the same nonce (RFC 8760 section 2.3). The offer
 * depends on the realm alone: it tells nothing about users, and nobody who changes a packet can weaken it.
 */
export function challengeLines(
  kind: ChallengeKind,
  realm: RealmRecord,
  nonce: string,
  stale: boolean,
  offer: Offer,
): readonly string[] {
  const name = kind === 'www' ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  const head = `${name}: Digest realm="${realm.realm}", nonce="${nonce}", algorithm=`;
  const tail = stale ? ', qop="auth", stale=true' : ', qop="auth"';
  const lines: string[] = [];
  for (const algorithm of realm.algorithms) {
    lines.push(head + algorithm + tail);
    if (offer === 'first') break;
  }
  return lines;
}
