import { isPlainUri, type SipMessage } from '../message/index.ts';
import type { TransportLayer } from '../transport/types.ts';
import { contactOf, tryUri } from './route-set.ts';

type Points = Pick<TransportLayer, 'listenPoints'>;

/** True where we speak the transport that the URI asks for; `sips` asks for TLS (RFC 3261 26.2.2). */
export function isSpoken(transport: Points, uri: string): boolean {
  return (asksForNothing(uri) && isPlainUri(uri)) || isSpokenOf(transport, uri);
}

/** The same of a Contact's URI that was found to be one. */
export function isContactSpoken(transport: Points, uri: string): boolean {
  return asksForNothing(uri) || isSpokenOf(transport, uri);
}

/** As nearly all. */
function asksForNothing(uri: string): boolean {
  return uri.startsWith('sip:') && !uri.includes(';');
}

function isSpokenOf(transport: Points, uri: string): boolean {
  const parsed = tryUri(uri);
  if (parsed === undefined) return false;
  const named = parsed.params.get('transport')?.toLowerCase();
  const overWebSocket = named === 'ws' || named === 'wss';
  const wanted = parsed.scheme === 'sips' ? (overWebSocket ? 'wss' : 'tls') : named;
  return wanted === undefined || transport.listenPoints.some((point) => point.transport === wanted);
}

/**
 * True for an INVITE whose caller could never be sent a request: its Contact is no SIP URI (RFC 3261 8.1.1.8), or
 * asks for a transport that we do not speak, with neither a proxy nor a connection in between.
 */
export function hasUselessContact(transport: Points, request: SipMessage, isReliable: boolean): boolean {
  const contact = contactOf(request);
  if (contact === undefined) return request.headerValues('contact').length > 0;
  return !isReliable && request.header('record-route') === undefined && !isContactSpoken(transport, contact);
}
