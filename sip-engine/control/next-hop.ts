import { type NextHop, tryUri, uriOf } from '../dialog/index.ts';
import type { OutgoingMessage } from '../message/index.ts';
import type { Flow, ListenPoint, TransportLayer } from '../transport/index.ts';
import type { Hub } from './hub.ts';
import type { ControlDeps } from './types.ts';

export type HopChoice = { readonly ok: true; readonly hop: NextHop } | { readonly ok: false; readonly reason: string };

const NO_TRANSPORT = 'requested protocol/transport not available';
const BAD_REQUEST = 'Error creating sip transaction for uac request';

/**
 * Where a new request goes: a flow named in the route URI, the route URI, the connection its target
 * registered on, its first Route header, the outbound proxy, its Request-URI; in that order.
 */
export function chooseHop(hub: Hub, request: OutgoingMessage, routeUri: string): HopChoice {
  const { contacts } = hub;
  const { transport, options } = hub.deps;
  dropOwnRoute(hub.deps, request);
  if (routeUri !== '') return routeHop(transport, routeUri);
  const registered = contacts.find(request.method, request.uri);
  if (registered !== undefined) return { ok: true, hop: { flow: registered } };
  const route = request.headerValues('route')[0];
  const uri = (route === undefined ? undefined : uriOf(route)) ?? options.outboundProxy ?? request.uri;
  return checked(transport, uri, 'Error creating leg');
}

/** True when a URI names one of our own addresses or names, the port included (5060 where it is absent). */
export function isOwnUri({ transport, options }: OwnAddresses, uri: string): boolean {
  const parsed = tryUri(uri);
  if (parsed === undefined || parsed.scheme === 'tel') return false;
  const port = parsed.port === 0 ? 5060 : parsed.port;
  const named = options.ownNames?.some((name) => name.toLowerCase() === parsed.host) === true;
  return transport.listenPoints.some((point) => (named && point.port === port) || isPoint(point, parsed.host, port));
}

type OwnAddresses = Pick<ControlDeps, 'transport' | 'options'>;

function isPoint(point: ListenPoint, host: string, port: number): boolean {
  const shown = point.advertisedFor(host);
  const same = (name: string | undefined): boolean => name !== undefined && name.replace(/^\[|\]$/g, '') === host;
  return (same(point.host) && point.port === port) || (same(shown.host) && shown.port === port);
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
  const bare = routeUri.trim().replace(/^<([^>]*)>$/, '$1');
  const uri = /^(sips?|tel):/i.test(bare) ? bare : `sip:${bare}`;
  const parsed = tryUri(uri);
  const params = parsed?.params;
  const silence = Number(params?.get('silence') ?? Number.NaN);
  const silenceMs = Number.isInteger(silence) && silence > 0 ? { silenceMs: silence } : {};
  if (params?.has('flow') !== true) {
    const choice = checked(transport, uri, BAD_REQUEST, parsed);
    return choice.ok ? { ok: true, hop: { ...choice.hop, ...silenceMs } } : choice;
  }
  const flow = liveFlow(transport, params.get('flow'));
  return flow === undefined ? { ok: false, reason: 'flow is gone' } : { ok: true, hop: { flow, ...silenceMs } };
}

function checked(transport: TransportLayer, uri: string, fault: string, parsed = tryUri(uri)): HopChoice {
  if (parsed === undefined || parsed.scheme === 'tel' || parsed.headers !== '') return { ok: false, reason: fault };
  const wanted = parsed.params.get('transport')?.toLowerCase();
  const family = /^\d+(\.\d+){3}$/.test(parsed.host) ? 4 : parsed.host.includes(':') ? 6 : 0;
  const points = transport.listenPoints.filter((point) => family === 0 || point.host.includes(':') === (family === 6));
  const found = wanted === undefined ? points.length > 0 : points.some((point) => point.transport === wanted);
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
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
