import { type Decorate, type Incoming, localContact, localHostPort } from '../dialog/index.ts';
import {
  formsOf,
  idOfName,
  idTable,
  isWellFormed,
  isWellFormedOf,
  knownId,
  OutgoingMessage,
  tagOf,
} from '../message/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { Flow, TransportLayer } from '../transport/index.ts';
import { type AppMessage, identityOf } from './app-message.ts';
import { BadHeaderError } from './errors.ts';
import { bracketed, namesLocalhost, replaceLocalhost } from './localhost.ts';
import type { UsualValues } from './usual-values.ts';

/** What an application may not set anywhere: the engine's own. */
const ENGINE_HEADERS = ['via', 'record-route', 'rseq', 'content-length'];
const IDENTITY = ['from', 'to', 'call-id', 'cseq'];
const RESPONSE_HEADERS = [...ENGINE_HEADERS, ...IDENTITY, 'route'];
const DIALOG_HEADERS = [...RESPONSE_HEADERS, 'max-forwards'];
const CANCEL_HEADERS = [...DIALOG_HEADERS, 'contact', 'p-asserted-identity', 'content-type', 'content-encoding'];
const RESPONSE_FORBIDDEN = idTable(RESPONSE_HEADERS);
const DIALOG_FORBIDDEN = idTable(DIALOG_HEADERS);
const CANCEL_FORBIDDEN = idTable(CANCEL_HEADERS);
/** Of the identity a request has lines already when the application's are added. */
const REQUEST_PASSED_OVER = idTable([...ENGINE_HEADERS, ...IDENTITY]);

/** Headers that carry addresses in which `@localhost` stands for us. */
const ADDRESSES = idTable(['contact', 'from', 'to', 'p-asserted-identity']);

/** Methods whose Contact is the way back to us (RFC 3261 12.1, 3311, 3515, 6665). */
const NEEDS_CONTACT: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY']);

/** drachtio-srf joins repeated headers by commas; old devices read only the first challenge of a line. */
const CHALLENGES = idTable(['www-authenticate', 'proxy-authenticate']);

const CONTACT = knownId('contact');
const MAX_FORWARDS = knownId('max-forwards');

/**
 * A response as it will be sent: what identifies it from the request, the rest from the application.
 * @throws BadHeaderError, SipInjectionError
 */
export function completeResponse(
  {
    deps: { transport },
    usual,
  }: { readonly deps: { readonly transport: TransportLayer }; readonly usual: UsualValues },
  incoming: Incoming,
  app: AppMessage,
  separateChallenges: boolean,
): OutgoingMessage {
  const response = OutgoingMessage.responseTo(incoming.message, app.status, app.reason === '' ? undefined : app.reason);
  if (app.status > 100) setTag(response, incoming, app);
  const { flow } = incoming;
  const param = flow.transport === 'udp' ? undefined : flow.transport;
  for (const [name, value] of app.headers) {
    const forms = formsOf(name);
    const { id } = forms;
    if (RESPONSE_FORBIDDEN[id]) continue;
    if (!usual.isWellFormed(id, value)) throw new BadHeaderError(name);
    if (separateChallenges && CHALLENGES[id]) {
      for (const challenge of value.split(/,\s*(?=Digest\s)/i)) response.add(name, challenge, forms);
      continue;
    }
    const isLocal = ADDRESSES[id] && namesLocalhost(value);
    const local = isLocal
      ? replaceLocalhost(value, localHostPort(transport, flow), id === CONTACT ? param : undefined)
      : value;
    response.add(name, local, forms);
  }
  return withBody(response, app);
}

/**
 * A request outside dialogs, without header lines that do not parse, and still without Via and what depends on the way
 * taken. Tag, Call-ID and CSeq (RFC 3261 8.1.1.5: its number from the clock) are made where the application has none.
 * @throws BadHeaderError of a From, To or Call-ID that no answer could repeat; SipInjectionError
 */
export function completeRequest(
  app: AppMessage,
  { random, clock }: Pick<EnginePorts, 'random' | 'clock'>,
  usual: UsualValues,
): OutgoingMessage {
  const request = OutgoingMessage.request(app.method, app.uri);
  const { from, to, callId, cseq } = identityOf(app);
  request.add('Max-Forwards', '70');
  addWellFormed(request, 'From', withTag(from === undefined ? '<sip:@localhost>' : bracketed(from), random.hex(13)));
  addWellFormed(request, 'To', to === undefined ? `<${app.uri.replace(/[;?].*$/, '')}>` : bracketed(to));
  addWellFormed(request, 'Call-ID', callId ?? random.uuid());
  const seq = cseq === undefined ? Number.NaN : Number.parseInt(cseq, 10);
  const clockSeq = (Math.floor(clock.wallMs() / 1000) >>> 1) & 0x7ffffff;
  request.add('CSeq', `${Number.isSafeInteger(seq) && seq >= 0 && seq < 2 ** 31 ? seq : clockSeq} ${app.method}`);
  for (const [name, value] of app.headers) {
    const forms = formsOf(name);
    if (REQUEST_PASSED_OVER[forms.id] || !usual.isWellFormed(forms.id, value)) continue;
    if (forms.id === MAX_FORWARDS) request.set(name, value);
    else request.add(name, value, forms);
  }
  return withBody(request, app);
}

function addWellFormed(request: OutgoingMessage, name: string, value: string): void {
  request.add(name, value);
  if (!isWellFormed(name, value)) throw new BadHeaderError(name);
}

/** The application's part of a request in a dialog; From, To, Call-ID, CSeq and routes are the dialog's. */
export function completeInDialog(app: AppMessage, usual: UsualValues): OutgoingMessage {
  const request = OutgoingMessage.request(app.method, 'sip:placeholder');
  for (const [name, value] of app.headers) {
    const forms = formsOf(name);
    if (!DIALOG_FORBIDDEN[forms.id] && usual.isWellFormed(forms.id, value)) request.add(name, value, forms);
  }
  return withBody(request, app);
}

/** Extra lines of a CANCEL, such as Reason. */
export function cancelHeaders(app: AppMessage): readonly (readonly [string, string])[] {
  return app.headers.filter(([name, value]) => {
    const id = idOfName(name);
    return !CANCEL_FORBIDDEN[id] && isWellFormedOf(id, value);
  });
}

/** True when a body has no Content-Type and none can be told from it. */
export function lacksContentType(message: OutgoingMessage): boolean {
  return message.body.length > 0 && !message.has('content-type');
}

/** Local addresses, known once the way is: in `@localhost`, and in the Contact that was not given. */
export function decorateFor(transport: TransportLayer): Decorate {
  return (message, flow, dialog) => {
    const way = flow ?? dialog?.flow;
    if (message.some(ADDRESSES, namesLocalhost)) nameLocalAddresses(transport, message, way);
    const wanted =
      dialog === undefined
        ? message.method === 'INVITE' || message.method === 'SUBSCRIBE'
        : NEEDS_CONTACT.has(message.method);
    if (wanted && !message.has('contact')) message.set('Contact', contactFor(transport, message, way, dialog));
    message.arrange();
  };
}

function nameLocalAddresses(transport: TransportLayer, message: OutgoingMessage, way: Flow | undefined): void {
  const hostPort = way === undefined ? fallbackHostPort(transport) : localHostPort(transport, way);
  const param = way === undefined || way.transport === 'udp' ? undefined : way.transport;
  for (const name of LOCAL_ADDRESSES) {
    const lines = message.headerLines(name);
    if (!lines.some(namesLocalhost)) continue;
    message.remove(name);
    for (const line of lines) {
      const local = replaceLocalhost(line, hostPort, name === 'Contact' ? param : undefined);
      message.add(name, local.replace('<sip:@', '<sip:'));
    }
  }
}

const LOCAL_ADDRESSES = ['From', 'To', 'Contact', 'P-Asserted-Identity'] as const;

function contactFor(
  transport: TransportLayer,
  message: OutgoingMessage,
  flow: Flow | undefined,
  dialog: Parameters<Decorate>[2],
): string {
  if (dialog !== undefined && dialog.localContact !== '') return dialog.localContact;
  if (flow === undefined) return `<sip:${fallbackHostPort(transport)}>`;
  return localContact(transport, flow, /^sips:/i.test(message.uri) ? 'sips' : 'sip');
}

function fallbackHostPort(transport: TransportLayer): string {
  const point = transport.listenPoints[0];
  if (point === undefined) return 'localhost';
  const { host, port } = point.advertisedFor('127.0.0.1');
  return `${host}:${port}`;
}

/** `v=0`: what SDP begins with. */
const [V, EQUAL, ZERO] = [0x76, 0x3d, 0x30];

function withBody(message: OutgoingMessage, app: AppMessage): OutgoingMessage {
  message.body = app.body;
  const { body } = app;
  if (body[0] === V && body[1] === EQUAL && body[2] === ZERO && !message.has('content-type'))
    message.set('Content-Type', 'application/sdp');
  return message.arrange();
}

/** The application may choose the tag on its first response; all later ones carry the same. */
function setTag(response: OutgoingMessage, incoming: Incoming, app: AppMessage): void {
  if (incoming.localTag === '') {
    const chosen = tagOf(identityOf(app).to ?? '');
    incoming.localTag = chosen === '' ? incoming.transaction.localTag : chosen;
  }
  if (incoming.message.toTag === '') response.set('To', `${response.header('to') ?? ''};tag=${incoming.localTag}`);
}

function withTag(from: string, tag: string): string {
  return tagOf(from) === '' ? `${from};tag=${tag}` : from;
}
