import type { SipMessage } from '../message/index.ts';
import type { KeyHash } from './key-hash.ts';
import type { Hash } from './ring-places.ts';

/** RFC 3261 8.1.1.7: a branch that begins so is unique over space and time. */
export const MAGIC_COOKIE = 'z9hG4bK';

/** True for a peer that follows RFC 3261: its branch alone identifies the transaction (17.2.3). */
export function hasMagicBranch(message: SipMessage): boolean {
  const { branch } = message.topVia;
  return branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE);
}

/**
 * What a request is matched to its server transaction by (RFC 3261 17.2.3); `method` is INVITE for an ACK
 * and for the target of a CANCEL. The CSeq number is added because it costs nothing and keeps peers apart
 * that use a branch again; peers of RFC 2543 are matched by the headers it names, without the To tag. It is numbers: the
 * texts are not put together for it.
 */
export function serverHash(hash: KeyHash, message: SipMessage, method: string): KeyHash {
  const { host, port, branch } = message.topVia;
  hash.begin();
  if (!hasMagicBranch(message)) hash.text('').text(message.callId).text(message.fromTag).text(message.uri);
  return hash.text(branch).text(host).number(port).number(message.cseq).text(method).end();
}

/** What a response is matched to its client transaction by (RFC 3261 17.1.3). */
export function clientHash(hash: KeyHash, branch: string, method: string): KeyHash {
  return hash.begin().text(branch).text(method).end();
}

/** The same for all copies of a request that came over different paths (RFC 3261 8.2.2.2), outside dialogs. */
export function mergedHash(hash: KeyHash, { callId, fromTag, cseq, method }: SipMessage): KeyHash {
  return hash.begin().text(callId).text(fromTag).number(cseq).text(method).end();
}

/** What repetitions of an INVITE are known by: peers that use a branch again in other calls are told apart. */
export function spentHash(hash: KeyHash, request: SipMessage, key: Hash): KeyHash {
  return hash.begin().number(key.high).number(key.low).text(request.callId).text(request.fromTag).end();
}
