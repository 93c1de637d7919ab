import type { InboundRequest } from '../auth/index.ts';
import { reasonEntry } from '../telemetry/index.ts';
import type { RoutingAuth, RoutingBindings, RoutingDirectory } from './ports.ts';
import { parseNameAddr, parseUri } from './sip-uri.ts';

/** Out of a dialog these are understood, but nothing here takes them; PBXes send SUBSCRIBE for message lamps. */
export const UNSERVED_METHODS = ['SUBSCRIBE', 'PUBLISH', 'NOTIFY', 'INFO', 'REFER'] as const;

/** It moves calls: who sends it must say who they are first (interface.md, What is challenged). */
const CHALLENGED: ReadonlySet<string> = new Set(['REFER']);

const NOT_ALLOWED = { status: 405, lines: ['Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, MESSAGE'] };

export interface UnservedDeps {
  readonly directory: RoutingDirectory;
  readonly bindings: RoutingBindings;
  readonly auth: RoutingAuth;
}

interface Answer {
  readonly status: number;
  readonly lines: readonly string[];
}

/** 405 with Allow (RFC 3261 8.2.1) for those we know, 407 where an identity is due, 403 for strangers. */
export function createUnservedHandler(deps: UnservedDeps): (request: InboundRequest) => Answer {
  return (request) => {
    if (isPeer(deps, request.sourceAddress)) return NOT_ALLOWED;
    const isRegistered = deps.bindings.hasBindingFrom(request.sourceAddress);
    if (!isRegistered && !namesOurRealm(deps, request)) {
      const realm = deps.directory.platformRealm;
      return { status: 403, lines: [`Warning: 399 ${realm} "${reasonEntry('source_unknown').publicReason}"`] };
    }
    if (!CHALLENGED.has(request.method)) return NOT_ALLOWED;
    const verdict = deps.auth.authenticate(request);
    if (verdict.kind === 'accepted') return NOT_ALLOWED;
    return { status: verdict.rejection.status, lines: verdict.rejection.lines ?? [] };
  };
}

function isPeer({ directory }: UnservedDeps, address: string): boolean {
  return directory.findCarrierBySource(address) !== undefined || directory.findIpTrunks(address).length > 0;
}

function namesOurRealm({ directory }: UnservedDeps, request: InboundRequest): boolean {
  const from = parseNameAddr(request.header('from') ?? '')?.uri ?? '';
  const hosts = [parseUri(request.uri)?.host, parseUri(from)?.host];
  return hosts.some((host) => host !== undefined && directory.findRealm(host) !== undefined);
}
