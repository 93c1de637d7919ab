import { OutgoingMessage, type SipMessage } from '../message/index.ts';

type Extra = readonly (readonly [name: string, value: string])[];

/** ACK of a non-2xx final: the INVITE's Via, Request-URI and Route, the response's To (RFC 3261 17.1.1.3). */
export function ackOf(invite: OutgoingMessage, response: SipMessage): OutgoingMessage {
  const ack = sameHop(invite, 'ACK');
  ack.set('To', response.header('to') ?? invite.header('to') ?? '');
  return ack;
}

/** CANCEL of an INVITE: the same but the INVITE's own To, and `extra` header lines such as Reason (RFC 3261 9.1). */
export function cancelOf(invite: OutgoingMessage, extra: Extra = []): OutgoingMessage {
  const cancel = sameHop(invite, 'CANCEL');
  for (const [name, value] of extra) cancel.add(name, value);
  return cancel;
}

function sameHop(invite: OutgoingMessage, method: 'ACK' | 'CANCEL'): OutgoingMessage {
  const request = OutgoingMessage.request(method, invite.uri);
  const topVia = invite.headerLines('via')[0];
  if (topVia !== undefined) request.add('Via', topVia);
  for (const route of invite.headerLines('route')) request.add('Route', route);
  request.add('Max-Forwards', '70');
  for (const name of ['From', 'To', 'Call-ID'] as const) request.add(name, invite.header(name.toLowerCase()) ?? '');
  request.add('CSeq', `${Number.parseInt(invite.header('cseq') ?? '0', 10)} ${method}`);
  return request;
}
