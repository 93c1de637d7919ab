import { headerRank, OutgoingMessage, type SipMessage } from '../message/index.ts';
import { dropOwnRoutes, undoStrictRouting } from './routes.ts';
import type { ProxyRefusal } from './types.ts';

const DEFAULT_MAX_FORWARDS = 70;

/** RFC 3261 16.3: what a proxy refuses to forward; loops are looked for by the caller. */
export function refusalOf(request: SipMessage): ProxyRefusal | undefined {
  if (maxForwardsOf(request) === 0) {
    return { status: 483, reason: 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0' };
  }
  const required = request.headerValues('proxy-require');
  if (required.length > 0) return { status: 420, reason: `Rejected with 420 Bad Extension: ${required.join(', ')}` };
  return undefined;
}

/** RFC 3261 16.6 steps 1 to 3: the copy that all branches start from. */
export function copyToForward(request: SipMessage, isOwnUri: (uri: string) => boolean): OutgoingMessage {
  const copy = OutgoingMessage.fromMessage(request);
  undoStrictRouting(copy, isOwnUri);
  dropOwnRoutes(copy, isOwnUri);
  const maxForwards = maxForwardsOf(request);
  copy.set('Max-Forwards', String(maxForwards === undefined ? DEFAULT_MAX_FORWARDS : Math.max(0, maxForwards - 1)));
  return copy;
}

/** Adds what the application wants: headers known to SIP replace the request's own, unknown ones go beside them. */
export function addHeaders(message: OutgoingMessage, headers: readonly (readonly [string, string])[]): void {
  const replaced = new Set<string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (OWN.has(lower)) continue;
    if (isKnown(name) && !replaced.has(lower)) message.remove(name);
    replaced.add(lower);
    message.add(name, value);
  }
}

/** What identifies the request and its way is not the application's to change. */
const OWN: ReadonlySet<string> = new Set([
  ...['via', 'v', 'from', 'f', 'to', 't', 'call-id', 'i', 'cseq', 'max-forwards', 'content-length', 'l'],
  ...['record-route', 'content-type', 'c'],
]);

function isKnown(name: string): boolean {
  return headerRank(name) !== headerRank('x-unknown');
}

function maxForwardsOf(request: SipMessage): number | undefined {
  const text = request.header('max-forwards');
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
