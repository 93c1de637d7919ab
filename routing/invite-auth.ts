import type { AuthService } from '../auth/index.ts';
import type { RoutingAuth } from './ports.ts';
import { parseNameAddr, parseUri } from './sip-uri.ts';

/** Proxy authentication (407) by the same authenticator that REGISTER uses (P8: the identity is the digest user). */
export function createInviteAuth(auth: Pick<AuthService, 'authenticator' | 'realms'>): RoutingAuth {
  return {
    authenticate(request) {
      const requestHost = parseUri(request.uri)?.host ?? '';
      const from = parseNameAddr(request.header('from') ?? '')?.uri ?? '';
      const resolution = resolveRealm(auth.realms, requestHost, parseUri(from)?.host ?? '');
      if (resolution.realm === undefined) return { kind: 'rejected', rejection: resolution.rejection };
      const outcome = auth.authenticator.challengeOrAuthenticate(request, 'proxy', resolution.realm);
      if (outcome.ok) return { kind: 'accepted', trunk: outcome.trunk };
      return { kind: 'rejected', rejection: outcome.rejection };
    },
  };
}

/**
 * Either domain of an INVITE may be ours: many PBXes write their own name into From, others dial another
 * domain through us. A realm that is named comes before the default one of an address.
 */
function resolveRealm(realms: AuthService['realms'], requestHost: string, fromHost: string) {
  const byRequest = realms.resolve(requestHost);
  if (byRequest.realm !== undefined && !byRequest.isDefault) return byRequest;
  const byFrom = realms.resolve(fromHost);
  if (byFrom.realm !== undefined && (!byFrom.isDefault || byRequest.realm === undefined)) return byFrom;
  return byRequest;
}
