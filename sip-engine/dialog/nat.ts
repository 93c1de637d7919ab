import { canonicalHost } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import { tryUri, uriOf } from './route-set.ts';
import type { DialogOptions } from './types.ts';

/** Where a dialog's requests really go when the peer's Contact cannot be reached. */
export interface NatRoute {
  readonly address: string;
  readonly port: number;
}

type NatDetection = DialogOptions['natDetection'];

/**
 * A caller over UDP whose Contact does not name the address its request came from is behind NAT.
 * Proxies on the path (Record-Route) answer for the way themselves.
 */
export function natRouteOfCaller(
  detection: NatDetection,
  flow: Flow,
  contactUri: string | undefined,
  recordRoutes: readonly string[],
): NatRoute | undefined {
  if (detection === 'off' || flow.transport !== 'udp') return undefined;
  const top = recordRoutes[0];
  if (top !== undefined) return detection === 'aggressive' && saysNat(top) ? sourceOf(flow) : undefined;
  if (contactUri === undefined || namesSource(contactUri, flow, false)) return undefined;
  const contact = tryUri(contactUri);
  if (contact === undefined) return undefined;
  const elsewhere =
    !sameHost(contact.host, flow.remoteAddress) || (contact.port !== 0 && contact.port !== flow.remotePort);
  return elsewhere ? sourceOf(flow) : undefined;
}

/**
 * For a callee a differing port alone does not count. A first route with a private address cannot be
 * reached from here either, so the response's source is used.
 */
export function natRouteOfCallee(
  detection: NatDetection,
  flow: Flow,
  contactUri: string | undefined,
  routeSet: readonly string[],
  method: string,
): NatRoute | undefined {
  if (detection === 'off') return undefined;
  const first = routeSet[0];
  if (detection === 'aggressive' && saysNat(first ?? `<${contactUri ?? ''}>`)) return sourceOf(flow);
  if (first !== undefined) {
    const uri = uriOf(first);
    const host = uri === undefined ? undefined : tryUri(uri)?.host;
    return host !== undefined && isPrivateV4(host) ? sourceOf(flow) : undefined;
  }
  if (method !== 'INVITE' || contactUri === undefined || namesSource(contactUri, flow, true)) return undefined;
  const contact = tryUri(contactUri);
  return contact !== undefined && !sameHost(contact.host, flow.remoteAddress) ? sourceOf(flow) : undefined;
}

/** True where one look tells that a Contact names the address it came from, and its port too unless any will do. */
function namesSource(uri: string, { remoteAddress, remotePort }: Flow, isAnyPort: boolean): boolean {
  const host = uri.indexOf('@') + 1;
  const end = host + remoteAddress.length;
  if (host === 0 || !uri.startsWith(remoteAddress, host)) return false;
  const next = uri.charCodeAt(end);
  if (next !== COLON) return end === uri.length || next === SEMICOLON;
  return isAnyPort || uri.slice(end + 1) === String(remotePort);
}

const COLON = 0x3a;
const SEMICOLON = 0x3b;

/** What a proxy, or a client that knows itself behind NAT, puts into its URI. */
function saysNat(address: string): boolean {
  const uri = uriOf(address);
  return uri !== undefined && tryUri(uri)?.params.get('nat')?.toLowerCase() === 'yes';
}

/** RFC 1918. */
function isPrivateV4(host: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)\d+/.test(host);
}

/** IPv6 has many spellings. */
function sameHost(a: string, b: string): boolean {
  return a === b || canonicalHost(a) === canonicalHost(b);
}

/** Where the peer was seen. */
export function sourceOf(flow: Flow): NatRoute {
  return { address: flow.remoteAddress, port: flow.remotePort };
}
