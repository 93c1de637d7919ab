import type { AuthService } from '../auth/index.ts';
import type { RoutingAuth } from './ports.ts';
import { parseNameAddr, parseUri } from './sip-uri.ts';

/** Proxy authentication (407) by the same authenticator that REGISTER uses (P8: the identity is the digest user). */
export function createInviteAuth(auth: Pick<AuthService, 'authenticator' | 'realms'>): RoutingAuth {
  return {
    authenticate(request) {
      const requestHost = parseUri(request.uri)?.host ?? '';
      const from = parseNameAddr(request.header('from') ?? '')?.uri ?? '';
      const resolution = auth.realms.resolveBoth(requestHost, parseUri(from)?.host ?? '');
      if (resolution.realm === undefined) return { kind: 'rejected', rejection: resolution.rejection };
      const outcome = auth.authenticator.challengeOrAuthenticate(request, 'proxy', resolution.realm);
      if (outcome.ok) return { kind: 'accepted', trunk: outcome.trunk };
      return { kind: 'rejected', rejection: outcome.rejection };
    },
  };
}
