import { isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface LocalAddress {
  readonly text: string;
  readonly address: Address;
  readonly prefix: number;
  readonly internal: boolean;
}

export type InterfaceReader = () => NodeJS.Dict<readonly NetworkInterfaceInfo[]>;

const REFRESH_MS = 30_000;
const MAX_CACHED = 4_096;

/**
 * What this machine is called from where: the local address that routes to a destination, and whether a
 * destination is in one of our own networks. Answers are cached; the interfaces are read again every 30 s.
 */
export class AddressBook {
  readonly #nowMs: () => number;
  readonly #read: InterfaceReader;
  readonly #extraNetworks: readonly (readonly [Address, number])[];
  readonly #sources = new Map<string, string>();
  readonly #local = new Map<string, boolean>();
  #own: ReadonlySet<string> = new Set();
  #addresses: readonly LocalAddress[] = [];
  #readMs = Number.NEGATIVE_INFINITY;

  /** @throws Error when one of `localNetworks` is not in CIDR notation. */
  constructor(nowMs: () => number, localNetworks: readonly string[] = [], read: InterfaceReader = networkInterfaces) {
    this.#nowMs = nowMs;
    this.#read = read;
    this.#extraNetworks = localNetworks.map((network) => ipaddr.parseCIDR(network));
  }

  /** The local address a packet to `remote` leaves from: the longest matching interface network, else the first public-facing one. */
  sourceFor(remote: string): string {
    this.#refresh();
    const cached = this.#sources.get(remote);
    if (cached !== undefined) return cached;
    const source = this.#chooseSource(parse(remote));
    remember(this.#sources, remote, source);
    return source;
  }

  /** The address a socket bound to `boundHost` has towards `remote`. */
  hostFor(boundHost: string, remote: string): string {
    return isWildcard(boundHost) ? this.sourceFor(remote) : boundHost;
  }

  /** True when `remote` is loopback, or in a network of the interface that `boundHost` names (any for a wildcard), or configured as local. */
  isLocal(remote: string, boundHost: string): boolean {
    this.#refresh();
    const key = `${boundHost} ${remote}`;
    const cached = this.#local.get(key);
    if (cached !== undefined) return cached;
    const address = parse(remote);
    const local = address !== undefined && this.#isLocal(address, boundHost);
    remember(this.#local, key, local);
    return local;
  }

  /** True for an address of this machine, as `normalizeAddress` writes it. */
  isOwn(address: string): boolean {
    if (address.startsWith('127.') || isWildcard(address)) return true;
    this.#refresh();
    return this.#own.has(address);
  }

  #isLocal(remote: Address, boundHost: string): boolean {
    if (remote.range() === 'loopback' || remote.range() === 'linkLocal') return true;
    if (this.#extraNetworks.some(([network, prefix]) => matches(remote, network, prefix))) return true;
    const wildcard = isWildcard(boundHost);
    return this.#addresses.some(
      (own) => (wildcard || own.text === boundHost) && matches(remote, own.address, own.prefix),
    );
  }

  #chooseSource(remote: Address | undefined): string {
    if (remote === undefined) return '127.0.0.1';
    const family = this.#addresses.filter((own) => own.address.kind() === remote.kind());
    const direct = family
      .filter((own) => matches(remote, own.address, own.prefix))
      .sort(
        (a, b) => b.prefix - a.prefix || Number(b.text === remote.toString()) - Number(a.text === remote.toString()),
      );
    const outward = family.filter((own) => !own.internal && own.address.range() !== 'linkLocal');
    const chosen = direct[0] ?? outward[0] ?? family[0];
    return chosen?.text ?? (remote.kind() === 'ipv6' ? '::1' : '127.0.0.1');
  }

  #refresh(): void {
    const now = this.#nowMs();
    if (now - this.#readMs < REFRESH_MS) return;
    this.#readMs = now;
    this.#sources.clear();
    this.#local.clear();
    this.#addresses = Object.values(this.#read()).flatMap((list) => (list ?? []).flatMap(toLocalAddress));
    this.#own = new Set(this.#addresses.map(({ text }) => text));
  }
}

/** True for the addresses that bind to every interface. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}

/** The form one address has everywhere in this layer: IPv4-mapped IPv6 becomes IPv4, IPv6 is compressed, a zone is kept. */
export function normalizeAddress(address: string): string {
  if (!address.includes(':')) return address;
  const zone = address.indexOf('%');
  if (zone >= 0) return address;
  return parse(address)?.toString() ?? address;
}

/** `10.0.0.9:5060`, `[::1]:5060`. */
export function formatEndpoint(address: string, port: number): string {
  return `${bracket(address)}:${port}`;
}

/** Adds the brackets an IPv6 address has in URIs and Via (RFC 3261 section 25.1). */
export function bracket(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
}

/** Reads `host:port` as `formatEndpoint` writes it. */
export function parseEndpoint(text: string): { readonly address: string; readonly port: number } | undefined {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (colon <= 0 || !isPort(port)) return undefined;
  const host = text.slice(0, colon);
  const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  return isIP(address) > 0 ? { address: normalizeAddress(address), port } : undefined;
}

/** Who counts as one source: an IPv4 address, but a whole IPv6 /64, which is what one customer has at least. */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address;
  const parsed = parse(address);
  return parsed instanceof ipaddr.IPv6 ? `${parsed.parts.slice(0, 4).join(':')}/64` : address;
}

/** A port that can be sent to. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

function toLocalAddress(info: NetworkInterfaceInfo): LocalAddress[] {
  const address = parse(info.address);
  if (address === undefined) return [];
  const prefix = Number(info.cidr?.split('/')[1] ?? (address.kind() === 'ipv6' ? 128 : 32));
  return [{ text: address.toString(), address, prefix, internal: info.internal }];
}

function parse(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

function matches(address: Address, network: Address, prefix: number): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, prefix);
  return network instanceof ipaddr.IPv6 && address.match(network, prefix);
}

function remember<V>(cache: Map<string, V>, key: string, value: V): void {
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, value);
}
