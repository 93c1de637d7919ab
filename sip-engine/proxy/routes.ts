import { type OutgoingMessage, parseNameAddr, parseUri, type SipMessage, type SipUri } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { ProxyDeps } from './types.ts';

type Below = Pick<ProxyDeps['transport'], 'listenPointOf'>;

/** A URI that may be anything a peer sent; `undefined` when it cannot be read. */
export function readUri(text: string): SipUri | undefined {
  try {
    return parseUri(text);
  } catch {
    return undefined;
  }
}

/** The URI of the first value of an address header; `undefined` when there is none that can be read. */
export function firstUri(message: SipMessage | OutgoingMessage, header: string): string | undefined {
  const value = message.headerValues(header)[0];
  try {
    return value === undefined ? undefined : parseNameAddr(value).uri;
  } catch {
    return undefined;
  }
}

/** Takes off the Routes on top that name us; a double Record-Route comes back as two (RFC 5658). */
export function dropOwnRoutes(message: OutgoingMessage, isOwnUri: (uri: string) => boolean): void {
  for (let uri = firstUri(message, 'route'); uri !== undefined && isOwnUri(uri); uri = firstUri(message, 'route')) {
    message.takeFirst('route');
  }
}

/** Our URI as the peer of that flow can reach it, in angle brackets, with further parameters. */
function ownRoute(transport: Below, flow: Flow, scheme: 'sip' | 'sips', params = ''): string {
  const { host, port } = transport.listenPointOf(flow).advertisedFor(flow.remoteAddress);
  const param = flow.transport === 'udp' ? '' : `;transport=${flow.transport}`;
  return `<${scheme}:${host}:${port}${param};lr${params}>`;
}

/**
 * RFC 3261 16.6 step 4 and RFC 5658: our URI towards the next hop, and below it the one towards the
 * previous hop where the two sides see us under different ones. The token shows later that it is ours.
 */
export function addRecordRoute(
  message: OutgoingMessage,
  transport: Below,
  { from, to, token }: { readonly from: Flow; readonly to: Flow; readonly token: string },
): void {
  const scheme = /^sips:/i.test(message.uri) ? 'sips' : 'sip';
  const before = ownRoute(transport, from, scheme, token);
  const after = ownRoute(transport, to, scheme, token);
  if (before !== after) message.prepend('Record-Route', before);
  message.prepend('Record-Route', after);
}

/** RFC 3327 section 5.3: requests for the registered contact shall come through us. */
export function addPath(message: OutgoingMessage, transport: Below, to: Flow): void {
  message.prepend('Path', ownRoute(transport, to, 'sip'));
  const requires = message.headerValues('require').some((option) => option.toLowerCase() === 'path');
  if (!requires) message.add('Require', 'path');
}

/**
 * RFC 3261 16.6 steps 6 and 7: where the Routes lead, else the Request-URI; a strict router on top
 * gets itself as Request-URI.
 */
export function nextHopOf(message: OutgoingMessage): string {
  const route = firstUri(message, 'route');
  if (route === undefined) return message.uri;
  if (readUri(route)?.params.has('lr') === true) return route;
  message.takeFirst('route');
  message.add('Route', `<${message.uri}>`);
  message.uri = route;
  return route;
}

/** RFC 3261 16.4: a strict router before us has put our Record-Route into the Request-URI; the real one is the last Route. */
export function undoStrictRouting(message: OutgoingMessage, isOwnUri: (uri: string) => boolean): void {
  const routes = message.headerValues('route');
  const last = routes.at(-1);
  if (last === undefined || !isOwnUri(message.uri) || readUri(message.uri)?.params.has('lr') !== true) return;
  message.remove('route');
  for (const route of routes.slice(0, -1)) message.add('Route', route);
  message.uri = parseNameAddr(last).uri;
}
