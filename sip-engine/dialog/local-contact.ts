import { OutgoingMessage, parseMessage, type SipMessage, tagOf } from '../message/index.ts';
import type { Flow, TransportLayer } from '../transport/types.ts';

/** Our host and port as the peer of this flow should see them, `host:port` with brackets for IPv6. */
export function localHostPort(transport: TransportLayer, flow: Flow): string {
  const { host, port } = transport.listenPointOf(flow).advertisedFor(flow.remoteAddress);
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${shown}:${port}`;
}

/** The Contact we give on this flow; `sips` where the request asked for it (RFC 3261 8.1.1.8). */
export function localContact(transport: TransportLayer, flow: Flow, scheme: 'sip' | 'sips' = 'sip'): string {
  const user = transport.contactUser === undefined ? '' : `${transport.contactUser}@`;
  const param = flow.transport === 'udp' ? '' : `;transport=${flow.transport}`;
  return `<${scheme}:${user}${localHostPort(transport, flow)}${param}>`;
}

/** A final response made here instead of by the peer, in the shape of a received one. */
export function localFinal(request: OutgoingMessage, status: number, reason: string, tag: string): SipMessage {
  const response = OutgoingMessage.response(status, reason);
  const vias = request.headerLines('via');
  // A request that found no way out has none.
  for (const via of vias.length > 0 ? vias : ['SIP/2.0/UDP unsent.invalid']) response.add('Via', via);
  response.set('From', request.header('from') ?? '');
  const to = request.header('to') ?? '';
  response.set('To', tagOf(to) === '' ? `${to};tag=${tag}` : to);
  response.set('Call-ID', request.header('call-id') ?? '');
  response.set('CSeq', request.header('cseq') ?? '');
  return parseMessage(response.toBuffer());
}

/** Token lists such as Require and Supported, without case. */
export function hasOption(message: SipMessage | OutgoingMessage, header: string, option: string): boolean {
  const lines = message.headerLines(header);
  if (lines.length === 0) return false;
  return lines.some((line) =>
    line
      .toLowerCase()
      .split(',')
      .some((value) => value.trim() === option),
  );
}

/** Gives a response our tag, unless its To has one (the request's own, or the application's choice). */
export function setToTag(response: OutgoingMessage, tag: string): void {
  const to = response.header('to') ?? '';
  if (tagOf(to) === '') response.set('To', `${to};tag=${tag}`);
}
