import { contactUri, OutgoingMessage, parseUri, type SipMessage, type SipUri, uriOfAddress } from '../message/index.ts';

/** A URI that may be anything a peer sent; `undefined` when it cannot be read. */
export function tryUri(text: string): SipUri | undefined {
  try {
    return parseUri(text);
  } catch {
    return undefined;
  }
}

/** The URI inside a Contact, Route or From value; `undefined` when it cannot be read. */
export function uriOf(value: string): string | undefined {
  try {
    return uriOfAddress(value);
  } catch {
    return undefined;
  }
}

/** URI of the first Contact of a message, where it is one that requests can be sent to (RFC 3261 8.1.1.8). */
export function contactOf(message: SipMessage): string | undefined {
  return contactUri(message);
}

const NO_ROUTES: readonly string[] = Object.freeze([]);

/** RFC 3261 12.1.1 (UAS: in order) and 12.1.2 (UAC: reversed). */
export function routeSetOf(message: SipMessage, role: 'uas' | 'uac'): readonly string[] {
  if (message.header('record-route') === undefined) return NO_ROUTES;
  const values = message.headerValues('record-route');
  return role === 'uas' ? values : values.toReversed();
}

/** RFC 3261 12.2.1.1: loose routing keeps the target as Request-URI, a strict first hop takes its place. */
export function applyRoute(
  method: string,
  remoteTarget: string,
  routeSet: readonly string[],
): { readonly message: OutgoingMessage; readonly nextUri: string } {
  const first = routeSet[0] === undefined ? undefined : uriOf(routeSet[0]);
  if (first === undefined) return { message: OutgoingMessage.request(method, remoteTarget), nextUri: remoteTarget };
  const loose = tryUri(first)?.params.has('lr') === true;
  const message = OutgoingMessage.request(method, loose ? remoteTarget : first);
  const routes = loose ? routeSet : [...routeSet.slice(1), `<${remoteTarget}>`];
  for (const route of routes) message.add('Route', route);
  return { message, nextUri: first };
}
