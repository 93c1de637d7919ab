import type { SipUri, TransportName } from '../message/index.ts';
import type { NaptrRecord } from './types.ts';

const TRANSPORTS: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];
/** RFC 3261 26.2.2: `sips:` means TLS on whatever is named. */
const SECURED: { readonly [Name in TransportName]: TransportName | undefined } = {
  udp: undefined,
  tcp: 'tls',
  tls: 'tls',
  ws: 'wss',
  wss: 'wss',
};
const DEFAULT_PORT: { readonly [Name in TransportName]: number } = {
  udp: 5060,
  tcp: 5060,
  tls: 5061,
  ws: 80,
  wss: 443,
};
/** RFC 3263 4.1, RFC 7118 section 4. */
const SRV_PREFIX: { readonly [Name in TransportName]: string } = {
  udp: '_sip._udp.',
  tcp: '_sip._tcp.',
  tls: '_sips._tcp.',
  ws: '_sip._ws.',
  wss: '_sips._ws.',
};
const NAPTR_SERVICES: ReadonlyMap<string, TransportName> = new Map([
  ['sip+d2u', 'udp'],
  ['sip+d2t', 'tcp'],
  ['sips+d2t', 'tls'],
  ['sip+d2w', 'ws'],
  ['sips+d2w', 'wss'],
]);

/** The transport that the URI names; `undefined` when it names none, `'unknown'` when we have no such thing. */
export function namedTransport(uri: SipUri): TransportName | undefined | 'unknown' {
  const name = uri.params.get('transport')?.toLowerCase();
  if (name === undefined) return undefined;
  if (!isTransport(name)) return 'unknown';
  return uri.scheme === 'sips' ? (SECURED[name] ?? 'unknown') : name;
}

/** RFC 3263 4.1: UDP for `sip:`, TLS for `sips:` where nothing says otherwise. */
export function defaultTransport(uri: SipUri): TransportName {
  return uri.scheme === 'sips' ? 'tls' : 'udp';
}

/** Transports whose SRV records are asked for when NAPTR says nothing, best first. */
export function candidateTransports(uri: SipUri): readonly TransportName[] {
  return uri.scheme === 'sips' ? ['tls'] : ['udp', 'tcp', 'tls'];
}

/** RFC 3261 18.1.1 and RFC 7118: the port where a URI and its SRV records name none. */
export function defaultPort(transport: TransportName): number {
  return DEFAULT_PORT[transport];
}

/** The name whose SRV records lead to that transport of a domain (RFC 3263 4.1): `_sip._udp.example.com`. */
export function srvName(transport: TransportName, domain: string): string {
  return SRV_PREFIX[transport] + domain;
}

/** The records that lead to SRV names we can use, in their order (RFC 3263 4.1, RFC 3403). */
export function usableNaptr(
  records: readonly NaptrRecord[],
  uri: SipUri,
  supports: (transport: TransportName) => boolean,
): readonly { readonly transport: TransportName; readonly name: string }[] {
  return [...records]
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ service, flags, replacement }) => {
      const transport = NAPTR_SERVICES.get(service.toLowerCase());
      if (transport === undefined || flags.toLowerCase() !== 's' || replacement === '') return [];
      const secure = transport === 'tls' || transport === 'wss';
      return supports(transport) && (secure || uri.scheme !== 'sips') ? [{ transport, name: replacement }] : [];
    });
}

function isTransport(name: string): name is TransportName {
  return TRANSPORTS.includes(name);
}
