import type { SipMessage } from '../message/index.ts';

/** A session description for tests. */
export const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

export interface InviteOptions {
  readonly method?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** A request outside dialogs from a peer at 127.0.0.1. */
export function inviteText(
  name: string,
  port: number,
  { method = 'INVITE', lines = [], body }: InviteOptions = {},
): string {
  const text = body ?? (method === 'INVITE' ? SDP : '');
  return [
    `${method} sip:bob@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${port};rport;branch=z9hG4bK-${name}`,
    `From: <sip:alice@127.0.0.1>;tag=f-${name}`,
    'To: <sip:bob@127.0.0.1>',
    `Call-ID: ${name}@test`,
    `CSeq: 1 ${method}`,
    'Max-Forwards: 70',
    `Contact: <sip:alice@127.0.0.1:${port}>`,
    ...lines,
    ...(text === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}

export interface ResponseOptions {
  readonly tag?: string;
  readonly contact?: string;
  readonly body?: string;
  readonly lines?: readonly string[];
}

/** The peer's response to a request of the engine. */
export function responseTo(request: SipMessage, status: number, options: ResponseOptions = {}): string {
  const { tag, contact, body = '', lines = [] } = options;
  const to = request.header('to') ?? '';
  return [
    `SIP/2.0 ${status} Test`,
    ...request.headerLines('via').map((via) => `Via: ${via}`),
    ...request.headerLines('record-route').map((route) => `Record-Route: ${route}`),
    `From: ${request.header('from')}`,
    `To: ${to}${tag === undefined || /;tag=/.test(to) ? '' : `;tag=${tag}`}`,
    `Call-ID: ${request.callId}`,
    `CSeq: ${request.cseq} ${request.cseqMethod}`,
    ...(contact === undefined ? [] : [`Contact: ${contact}`]),
    ...lines,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

let branches = 0;

/** The caller's next request in the dialog that the 2xx (or a provisional with a tag) made. */
export function requestIn(
  response: SipMessage,
  method: string,
  seq: number,
  lines: readonly string[] = [],
  body = '',
): string {
  const target = /<([^>]+)>/.exec(response.header('contact') ?? '')?.[1] ?? 'sip:127.0.0.1';
  return [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bK-in${++branches}`,
    `From: ${response.header('from')}`,
    `To: ${response.header('to')}`,
    `Call-ID: ${response.callId}`,
    `CSeq: ${seq} ${method}`,
    'Max-Forwards: 70',
    ...lines,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** The peer's ACK of a failure: the INVITE's branch, the response's To (RFC 3261 17.1.1.3). */
export function failureAck(response: SipMessage): string {
  return [
    'ACK sip:127.0.0.1 SIP/2.0',
    `Via: ${response.headerLines('via')[0]}`,
    `From: ${response.header('from')}`,
    `To: ${response.header('to')}`,
    `Call-ID: ${response.callId}`,
    `CSeq: ${response.cseq} ACK`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
