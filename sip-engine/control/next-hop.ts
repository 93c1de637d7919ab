import { type NextHop, tryUri, uriOf } from '../dialog/index.ts';
import { isPlainUri, type OutgoingMessage, type SipUri } from '../message/index.ts';
import type { Flow, ListenPoint, TransportLayer } from '../transport/index.ts';
import type { Hub } from './hub.ts';
import type { ControlDeps } from './types.ts';

export type HopChoice = { readonly ok: true; readonly hop: NextHop } | { readonly ok: false; readonly reason: string };

/** What a route URI that names a flow says, for who need not write it. */
export interface FlowWay {
  readonly flowId: string;
  /** Given up after so long without any response. */
  readonly silenceMs: number;
}

const NO_TRANSPORT = 'requested protocol/transport not available';
const BAD_REQUEST = 'Error creating sip transaction for uac request';

/**
 * Where a new request goes: a flow named in the route URI, the route URI, the connection its target
 * registered on, its first Route header, the outbound proxy, its Request-URI; in that order.
 * @param way what the route URI says, where it names a flow: it is not read then
 */
export function chooseHop(hub: Hub, request: OutgoingMessage, routeUri: string, way?: FlowWay): HopChoice {
  const { contacts } = hub;
  const { transport, options } = hub.deps;
  if (request.has('route')) dropOwnRoute(hub.deps, request);
  if (way !== undefined) return hopOver(transport.findFlow(way.flowId), way.silenceMs);
  if (routeUri !== '') return routeHop(transport, routeUri);
  const registered = contacts.find(request.method, request.uri);
  if (registered !== undefined) return { ok: true, hop: { flow: registered } };
  const route = request.headerValues('route')[0];
  const uri = (route === undefined ? undefined : uriOf(route)) ?? options.outboundProxy ?? request.uri;
  return checked(transport, uri, 'Error creating leg');
}

/** True when a URI names one of our own addresses or names, the port included (5060 where it is absent). */
export function isOwnUri(own: OwnAddresses, uri: string): boolean {
  const parsed = tryUri(uri);
  return parsed !== undefined && namesUs(own, parsed);
}

/** The same of a URI that has been read. */
export function namesUs({ transport, options }: OwnAddresses, { scheme, host, port }: SipUri): boolean {
  if (scheme === 'tel') return false;
  const named = options.ownNames?.some((name) => name.toLowerCase() === host) === true;
  for (const point of transport.listenPoints) {
    if ((named && point.port === (port || 5060)) || isPoint(point, host, port || 5060)) return true;
  }
  return false;
}

type OwnAddresses = Pick<ControlDeps, 'transport' | 'options'>;

function isPoint(point: ListenPoint, host: string, port: number): boolean {
  if (point.port === port && isHost(point.host, host)) return true;
  const shown = point.advertisedFor(host);
  return shown.port === port && isHost(shown.host, host);
}

/** `name` may be an IPv6 address in brackets. */
function isHost(name: string | undefined, host: string): boolean {
  return name === host || (name?.startsWith('[') === true && name.slice(1, -1) === host);
}

/** The live flow that a URI selects by `;flow=`. */
export function flowNamedIn(transport: TransportLayer, uri: string): Flow | undefined {
  return liveFlow(transport, tryUri(uri)?.params.get('flow'));
}

function liveFlow(transport: TransportLayer, id: string | undefined): Flow | undefined {
  const flow = id === undefined ? undefined : transport.findFlow(decodeSafely(id));
  return flow?.closed === false ? flow : undefined;
}

/** `host:port`, `<sip:…>` and `sip:…` are all taken; `;flow=` selects exactly that flow, `;silence=ms` gives up early. */
function routeHop(transport: TransportLayer, routeUri: string): HopChoice {
  // Every call to a registered device has a flow, and nothing else of such a URI counts.
  if (isPlainUri(routeUri)) {
    const named = FLOW.exec(routeUri)?.[1];
    if (named !== undefined) return flowHop(transport, named, SILENCE.exec(routeUri)?.[1]);
  }
  const bare = routeUri.trim().replace(/^<([^>]*)>$/, '$1');
  const uri = /^(sips?|tel):/i.test(bare) ? bare : `sip:${bare}`;
  const parsed = tryUri(uri);
  const silence = parsed?.params.get('silence');
  const named = parsed?.params.get('flow');
  if (named !== undefined) return flowHop(transport, named, silence);
  const choice = checked(transport, uri, BAD_REQUEST, parsed);
  return choice.ok ? { ok: true, hop: { uri, silenceMs: toSilenceMs(silence) } } : choice;
}

const FLOW = /;flow=([^;]*)/i;
const SILENCE = /;silence=([^;]*)/i;

function flowHop(transport: TransportLayer, named: string, silence: string | undefined): HopChoice {
  return hopOver(liveFlow(transport, named), toSilenceMs(silence));
}

function hopOver(flow: Flow | undefined, silenceMs: number | undefined): HopChoice {
  if (flow === undefined || flow.closed) return { ok: false, reason: 'flow is gone' };
  return { ok: true, hop: { flow, silenceMs } };
}

function toSilenceMs(text: string | undefined): number | undefined {
  const silence = Number(text);
  return Number.isInteger(silence) && silence > 0 ? silence : undefined;
}

function checked(transport: TransportLayer, uri: string, fault: string, parsed = tryUri(uri)): HopChoice {
  if (parsed === undefined || parsed.scheme === 'tel' || parsed.headers !== '') return { ok: false, reason: fault };
  const wanted = parsed.params.get('transport')?.toLowerCase();
  const isV6 = parsed.host.includes(':');
  const isLiteral = isV6 || /^\d+(\.\d+){3}$/.test(parsed.host);
  const found = transport.listenPoints.some(
    (point) =>
      (!isLiteral || point.host.includes(':') === isV6) && (wanted === undefined || point.transport === wanted),
  );
  return found ? { ok: true, hop: { uri } } : { ok: false, reason: NO_TRANSPORT };
}

/** A Route copied from a request that came through us would send the new one in a circle. */
function dropOwnRoute(own: OwnAddresses, request: OutgoingMessage): void {
  for (let first = request.headerValues('route')[0]; first !== undefined; first = request.headerValues('route')[0]) {
    const uri = uriOf(first);
    if (uri !== undefined && !isOwnUri(own, uri)) return;
    request.takeFirst('route');
  }
}

function decodeSafely(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
