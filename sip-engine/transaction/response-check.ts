import { type OutgoingMessage, parseVia, type SipMessage } from '../message/index.ts';

const TAG = /;\s*tag\s*=\s*([^;,>\s]+)/i;

/**
 * Whether a response whose branch is that of `request` is one to it: its top Via is ours (RFC 3261 18.1.2), it has
 * no Via of others where the request is our own (8.1.3.3), and Call-ID and From tag are the request's (8.2.6.2).
 */
export function answers(response: SipMessage, request: OutgoingMessage): boolean {
  const [own, ...others] = request.headerLines('via');
  if (own === undefined || !isSentBy(response.topVia, parseVia(own))) return false;
  if (others.length === 0 && response.headerValues('via').length > 1) return false;
  return response.callId === request.header('call-id') && response.fromTag === tagOf(request.header('from') ?? '');
}

function isSentBy(via: SipMessage['topVia'], own: SipMessage['topVia']): boolean {
  return via.host === own.host && (via.port === own.port || via.port === 0);
}

function tagOf(from: string): string {
  return TAG.exec(from.slice(from.lastIndexOf('>') + 1))?.[1] ?? '';
}
