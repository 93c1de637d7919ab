import type { OutgoingMessage, SipMessage } from '../message/index.ts';

const TAG = /;[ \t]*tag[ \t]*=[ \t]*([^;,> \t]+)/i;

/**
 * Sees that the To of a response has a tag (RFC 3261 8.2.6.2) and returns the tag it has: its own, else the
 * one known, else a fresh one.
 */
export function adoptToTag(response: OutgoingMessage, known: string, fresh: () => string): string {
  const to = response.header('to') ?? '';
  const own = TAG.exec(to.slice(to.lastIndexOf('>') + 1))?.[1];
  if (own !== undefined) return own;
  const tag = known === '' ? fresh() : known;
  if (to !== '') response.set('To', `${to};tag=${tag}`);
  return tag;
}

/**
 * A To tag that is the same for every copy of a request without anything being stored
 * (RFC 3261 8.2.7), and not to be guessed without `seed`.
 */
export function statelessTag(request: Pick<SipMessage, 'callId' | 'fromTag' | 'cseq'>, seed: number): string {
  let hash = seed;
  for (const text of [request.callId, request.fromTag]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ request.cseq, 0x01000193);
  return `s${(hash >>> 0).toString(36)}`;
}
