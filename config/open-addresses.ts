import ipaddr from 'ipaddr.js';

type Range = readonly [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** What `localhost` and programs of the same machine are at. */
export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128'];

/** Where PBXes of the same site are (RFC 1918, 6598, 4193), and laboratories (RFC 2544). */
export const SITE_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
  '198.18.0.0/15',
];

/** Where words of tenants may lead: public addresses, and the private ones that the operator allows. */
export class OpenAddresses {
  readonly #allow: readonly string[];
  /** Read when first asked for: most calls go to public addresses. */
  #ranges: readonly Range[] | undefined;

  /** @param allow ranges such as `10.0.0.0/8`, or single addresses */
  constructor(allow: readonly string[]) {
    this.#allow = allow;
  }

  allows(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    // An IPv4 address in IPv6 clothes is judged as what it is.
    const ip = ipaddr.process(address);
    if (ip.range() === 'unicast') return true;
    this.#ranges ??= this.#allow.map((range) => (range.includes('/') ? ipaddr.parseCIDR(range) : single(range)));
    return this.#ranges.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits));
  }
}

/** RFC 5737 and RFC 3849: examples are written with them, and they lead nowhere. */
const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'];

/** Where numbers, IP trunks and disaster destinations may send calls; everywhere where nothing is said. */
export function callTargets(allow: readonly string[] | undefined): OpenAddresses {
  return new OpenAddresses(allow === undefined ? ['0.0.0.0/0', '::/0'] : [...DOCUMENTATION, ...allow]);
}

/** The address in `sip:user@host:port;maddr=…` or `host:port` that is not open; names are judged when they are called. */
export function closedAddressIn(target: string, open: OpenAddresses): string | undefined {
  return hostsOf(target).find((host) => {
    if (host === 'localhost' || host.endsWith('.localhost')) return !open.allows('127.0.0.1');
    return ipaddr.isValid(host) && !open.allows(host);
  });
}

/** Host and `maddr` (RFC 3261 section 19.1.1), lower case, without brackets. */
export function hostsOf(target: string): readonly string[] {
  const host = /^(?:sips?:)?(?:[^@]*@)?(\[[^\]]*\]|[^:;?>\s]*)/i.exec(target)?.[1];
  const maddr = /;maddr=(\[[^\]]*\]|[^;?>\s]*)/i.exec(target)?.[1];
  return [host, maddr].flatMap((text) => (text ? [text.toLowerCase().replace(/^\[|\]$/g, '')] : []));
}

function single(address: string): Range {
  const ip = ipaddr.process(address);
  return [ip, ip.kind() === 'ipv6' ? 128 : 32];
}
