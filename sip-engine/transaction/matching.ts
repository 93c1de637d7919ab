import type { SipMessage } from '../message/index.ts';

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
 * that use a branch again; peers of RFC 2543 are matched by the headers it names, without the To tag.
 */
export function serverKey(message: SipMessage, method: string): string {
  const via = message.topVia;
  const sentBy = `${via.host}:${via.port}`;
  if (hasMagicBranch(message)) return `${via.branch}|${sentBy}|${message.cseq}|${method}`;
  return `|${message.callId}|${message.fromTag}|${message.uri}|${via.branch}|${sentBy}|${message.cseq}|${method}`;
}

/** What a response is matched to its client transaction by (RFC 3261 17.1.3). */
export function clientKey(branch: string, method: string): string {
  return `${branch}|${method}`;
}

/** The same for all copies of a request that came over different paths (RFC 3261 8.2.2.2); `''` inside a dialog. */
export function mergedKey(message: SipMessage): string {
  if (message.toTag !== '') return '';
  return `${message.callId}|${message.fromTag}|${message.cseq}|${message.method}`;
}

/** What repetitions of an INVITE are known by: peers that use a branch again in other calls are told apart. */
export function spentKey(request: SipMessage, key: string): string {
  return `${key}|${request.callId}|${request.fromTag}`;
}
