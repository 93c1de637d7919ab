import ipaddr from 'ipaddr.js';

/**
 * The unit that bans and limits count: an IPv4 address, or the /64 of an IPv6 address, since one host owns it all. An
 * IPv4 address mapped into IPv6 counts as itself.
 */
export function sourceKey(address: string): string {
  if (!address.includes(':')) return address;
  if (!ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const prefix = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** Whether two texts name one address: IPv6 has many spellings of each (RFC 5952). */
export function isSameAddress(a: string, b: string): boolean {
  if (a === b) return true;
  if (!ipaddr.isValid(a) || !ipaddr.isValid(b)) return false;
  return ipaddr.process(a).toString() === ipaddr.process(b).toString();
}

/** A set of addresses and CIDR ranges, e.g. trusted networks. */
export class NetworkSet {
  readonly #ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** @throws when a text is neither an address nor a range. */
  constructor(networks: readonly string[]) {
    this.#ranges = networks.map((text) => {
      if (text.includes('/')) return ipaddr.parseCIDR(text);
      const address = ipaddr.process(text);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    });
  }

  has(address: string): boolean {
    if (this.#ranges.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  }
}
