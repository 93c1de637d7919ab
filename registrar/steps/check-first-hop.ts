import type { InboundRequest } from '../../auth/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import type { RegisterContext } from '../context.ts';
import { splitValues } from '../split-values.ts';

/**
 * RFC 5626 section 6: flows of one instance are told apart only when whoever is next to the PBX keeps them. A proxy says
 * that it does by `ob` in its Path; without it a PBX that counts on outbound is told so, and for others `reg-id` means
 * nothing.
 */
export function checkFirstHop(context: RegisterContext): Rejection | undefined {
  const { contacts, request } = context;
  if (contacts.kind !== 'list') return undefined;
  const flows = contacts.contacts.filter(({ regId }) => regId !== null);
  if (flows.length === 0) return undefined;
  if (isFirstHop(request) || hasOutboundEdge(request)) return undefined;
  if (!supportsOutbound(request)) {
    context.contacts = { kind: 'list', contacts: contacts.contacts.map((contact) => ({ ...contact, regId: null })) };
    return undefined;
  }
  // Who goes counts on no flow any more.
  if (flows.every(({ expiresSec }) => expiresSec === 0)) return undefined;
  return {
    status: 439,
    reason: 'first_hop_lacks_outbound',
    sentence: 'You registered with reg-id and Supported: outbound through a proxy whose Path has no ;ob.',
  };
}

/** Whoever sent it to us made it: there is no Via but theirs. */
function isFirstHop(request: InboundRequest): boolean {
  return request.headerLines('via').flatMap(splitValues).length <= 1;
}

/**
 * RFC 5626 names the first URI of the Path. Each proxy on the way puts its own in front (RFC 3327 section 5.2), so that
 * behind several the one next to the PBX is the last.
 */
function hasOutboundEdge(request: InboundRequest): boolean {
  const path = request.headerLines('path').flatMap(splitValues);
  return [path.at(0), path.at(-1)].some((value) => value !== undefined && isOutbound(value));
}

/** `ob` is a parameter of the URI, inside the brackets, and not of the Path value behind them. */
function isOutbound(value: string): boolean {
  const uri = /<([^>]*)>/.exec(value)?.[1] ?? '';
  const [, ...params] = uri.split('?', 1).join('').split(';');
  return params.some((param) => /^ob(?:=|$)/i.test(param.trim()));
}

/** RFC 3261 section 20.37; `k` is its short form. */
function supportsOutbound(request: InboundRequest): boolean {
  const tags = request.headerLines('supported').flatMap((line) => line.split(','));
  return tags.some((tag) => tag.trim().toLowerCase() === 'outbound');
}
