import { type Decorate, type Incoming, localContact, localHostPort } from '../dialog/index.ts';
import { isWellFormed, lowerAsSpelled, OutgoingMessage, tagOf } from '../message/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { Flow, TransportLayer } from '../transport/index.ts';
import { type AppMessage, appHeader } from './app-message.ts';
import { BadHeaderError } from './errors.ts';
import { bracketed, replaceLocalhost } from './localhost.ts';

/** What an application may not set anywhere: the engine's own. */
const ENGINE_HEADERS = ['via', 'record-route', 'rseq', 'content-length', 'v', 'l'];
const RESPONSE_FORBIDDEN: ReadonlySet<string> = new Set([
  ...ENGINE_HEADERS,
  'route',
  'from',
  'f',
  'to',
  't',
  'call-id',
  'i',
  'cseq',
]);
const REQUEST_FORBIDDEN: ReadonlySet<string> = new Set(ENGINE_HEADERS);
const DIALOG_FORBIDDEN: ReadonlySet<string> = new Set([...RESPONSE_FORBIDDEN, 'max-forwards']);
const CANCEL_FORBIDDEN: ReadonlySet<string> = new Set([
  ...DIALOG_FORBIDDEN,
  'contact',
  'm',
  'p-asserted-identity',
  'content-type',
  'c',
  'content-encoding',
  'e',
]);

/** Headers that carry addresses in which `@localhost` stands for us. */
const ADDRESSES: ReadonlySet<string> = new Set(['contact', 'm', 'from', 'f', 'to', 't', 'p-asserted-identity']);

/** Methods whose Contact is the way back to us (RFC 3261 12.1, 3311, 3515, 6665). */
const NEEDS_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY']);

/** drachtio-srf joins repeated headers by commas; old devices read only the first challenge of a line. */
const CHALLENGES: ReadonlySet<string> = new Set(['www-authenticate', 'proxy-authenticate']);

/**
 * A response as it will be sent: what identifies it from the request, the rest from the application.
 * @throws BadHeaderError, SipInjectionError
 */
export function completeResponse(
  transport: TransportLayer,
  incoming: Incoming,
  app: AppMessage,
  separateChallenges: boolean,
): OutgoingMessage {
  const response = OutgoingMessage.responseTo(incoming.message, app.status, app.reason === '' ? undefined : app.reason);
  if (app.status > 100) setTag(response, incoming, app);
  const hostPort = localHostPort(transport, incoming.flow);
  const param = incoming.flow.transport === 'udp' ? undefined : incoming.flow.transport;
  for (const [name, value] of app.headers) {
    const lower = lowerAsSpelled(name);
    if (RESPONSE_FORBIDDEN.has(lower)) continue;
    if (!isWellFormed(name, value)) throw new BadHeaderError(name);
    if (separateChallenges && CHALLENGES.has(lower)) {
      for (const challenge of value.split(/,\s*(?=Digest\s)/i)) response.add(name, challenge);
      continue;
    }
    const isContact = lower === 'contact' || lower === 'm';
    response.add(
      name,
      isContact || ADDRESSES.has(lower) ? replaceLocalhost(value, hostPort, isContact ? param : undefined) : value,
    );
  }
  return withBody(response, app);
}

/**
 * A request outside dialogs, without header lines that do not parse, and still without Via and what depends on the way
 * taken. Tag, Call-ID and CSeq (RFC 3261 8.1.1.5: its number from the clock) are made where the application has none.
 * @throws BadHeaderError of a From, To or Call-ID that no answer could repeat; SipInjectionError
 */
export function completeRequest(app: AppMessage, { random, clock }: Pick<EnginePorts, 'random' | 'clock'>) {
  const request = OutgoingMessage.request(app.method, app.uri);
  const from = appHeader(app, 'from') ?? appHeader(app, 'f');
  const to = appHeader(app, 'to') ?? appHeader(app, 't');
  request.add('Max-Forwards', '70');
  addWellFormed(request, 'From', withTag(from === undefined ? '<sip:@localhost>' : bracketed(from), random.hex(13)));
  addWellFormed(request, 'To', to === undefined ? `<${app.uri.replace(/[;?].*$/, '')}>` : bracketed(to));
  addWellFormed(request, 'Call-ID', appHeader(app, 'call-id') ?? appHeader(app, 'i') ?? random.uuid());
  const seq = Number.parseInt(appHeader(app, 'cseq') ?? '', 10);
  const clockSeq = (Math.floor(clock.wallMs() / 1000) >>> 1) & 0x7ffffff;
  request.add('CSeq', `${Number.isSafeInteger(seq) && seq >= 0 && seq < 2 ** 31 ? seq : clockSeq} ${app.method}`);
  for (const [name, value] of app.headers) {
    const lower = lowerAsSpelled(name);
    if (REQUEST_FORBIDDEN.has(lower) || IDENTITY.has(lower) || !isWellFormed(name, value)) continue;
    if (lower === 'max-forwards') request.set(name, value);
    else request.add(name, value);
  }
  return withBody(request, app);
}

function addWellFormed(request: OutgoingMessage, name: string, value: string): void {
  request.add(name, value);
  if (!isWellFormed(name, value)) throw new BadHeaderError(name);
}

const IDENTITY: ReadonlySet<string> = new Set(['from', 'f', 'to', 't', 'call-id', 'i', 'cseq']);

/** The application's part of a request in a dialog; From, To, Call-ID, CSeq and routes are the dialog's. */
export function completeInDialog(app: AppMessage): OutgoingMessage {
  const request = OutgoingMessage.request(app.method, 'sip:placeholder');
  for (const [name, value] of app.headers) {
    if (!DIALOG_FORBIDDEN.has(lowerAsSpelled(name)) && isWellFormed(name, value)) request.add(name, value);
  }
  return withBody(request, app);
}

/** Extra lines of a CANCEL, such as Reason. */
export function cancelHeaders(app: AppMessage): readonly (readonly [string, string])[] {
  return app.headers.filter(([name, value]) => !CANCEL_FORBIDDEN.has(name.toLowerCase()) && isWellFormed(name, value));
}

/** True when a body has no Content-Type and none can be told from it. */
export function lacksContentType(message: OutgoingMessage): boolean {
  return message.body.length > 0 && !message.has('content-type');
}

/** Local addresses, known once the way is: in `@localhost`, and in the Contact that was not given. */
export function decorateFor(transport: TransportLayer): Decorate {
  return (message, flow, dialog) => {
    const way = flow ?? dialog?.flow;
    const hostPort = way === undefined ? fallbackHostPort(transport) : localHostPort(transport, way);
    const param = way === undefined || way.transport === 'udp' ? undefined : way.transport;
    for (const name of LOCAL_ADDRESSES) {
      if (!message.some(name, namesLocalhost)) continue;
      const lines = message.headerLines(name);
      message.remove(name);
      for (const line of lines) {
        const local = replaceLocalhost(line, hostPort, name === 'Contact' ? param : undefined);
        message.add(name, local.replace('<sip:@', '<sip:'));
      }
    }
    const wanted =
      dialog === undefined
        ? message.method === 'INVITE' || message.method === 'SUBSCRIBE'
        : NEEDS_CONTACT.has(message.method);
    if (wanted && !message.has('contact'))
      message.set('Contact', contactFor(transport, message, way, dialog, hostPort));
    message.arrange();
  };
}

const LOCAL_ADDRESSES = ['From', 'To', 'Contact', 'P-Asserted-Identity'] as const;

function namesLocalhost(value: string): boolean {
  return /@localhost/i.test(value);
}

function contactFor(
  transport: TransportLayer,
  message: OutgoingMessage,
  flow: Flow | undefined,
  dialog: Parameters<Decorate>[2],
  hostPort: string,
): string {
  if (dialog !== undefined && dialog.localContact !== '') return dialog.localContact;
  if (flow === undefined) return `<sip:${hostPort}>`;
  return localContact(transport, flow, /^sips:/i.test(message.uri) ? 'sips' : 'sip');
}

function fallbackHostPort(transport: TransportLayer): string {
  const point = transport.listenPoints[0];
  if (point === undefined) return 'localhost';
  const { host, port } = point.advertisedFor('127.0.0.1');
  return `${host}:${port}`;
}

/** `v=0` */
const SDP_START = [0x76, 0x3d, 0x30] as const;

function withBody(message: OutgoingMessage, app: AppMessage): OutgoingMessage {
  message.body = app.body;
  const isSdp = app.body.length >= SDP_START.length && SDP_START.every((code, at) => app.body[at] === code);
  if (isSdp && !message.has('content-type')) message.set('Content-Type', 'application/sdp');
  return message.arrange();
}

/** The application may choose the tag on its first response; all later ones carry the same. */
function setTag(response: OutgoingMessage, incoming: Incoming, app: AppMessage): void {
  if (incoming.localTag === '') {
    const chosen = tagOf(appHeader(app, 'to') ?? appHeader(app, 't') ?? '');
    incoming.localTag = chosen === '' ? incoming.transaction.localTag : chosen;
  }
  const to = response.header('to') ?? '';
  if (tagOf(to) === '') response.set('To', `${to};tag=${incoming.localTag}`);
}

function withTag(from: string, tag: string): string {
  return tagOf(from) === '' ? `${from};tag=${tag}` : from;
}
