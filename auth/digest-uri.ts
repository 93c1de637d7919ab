import { isIP } from 'node:net';
import { parseSipUri } from './sip-uri.ts';

/**
 * Whether the `uri` of a digest can stand for this request (RFC 7616 section 3.4.6). PBXes write their registrar, their
 * proxy or an address there, with or without port, parameters and user, so only what would name another target counts:
 * another user than the one called, or a domain that is neither the request's nor the realm. Nothing is routed by it.
 */
export function digestUriFits(digestUri: string, requestUri: string, realm: string, users: readonly string[]): boolean {
  const sent = parseSipUri(digestUri);
  const asked = parseSipUri(requestUri);
  if (sent === undefined || asked === undefined) return false;
  if (sent.user !== '' && sent.user !== asked.user && !users.includes(sent.user)) return false;
  const host = sent.host;
  return host === asked.host || host === realm.toLowerCase() || host === 'localhost' || isIP(host) !== 0;
}
