import ipaddr from 'ipaddr.js';
import type { Config } from '../../config/index.ts';

/** How PBXes reach this server. */
export interface SipAccess {
  /** `host` and port to send to, where a DNS name alone would not do; `null` when the realm's name is enough. */
  readonly proxy: { readonly host: string; readonly port: number } | null;
  readonly port: number;
  /** `null` without a certificate. */
  readonly tlsPort: number | null;
  /** Addresses that calls come from, as far as they are known here. */
  readonly addresses: readonly string[];
  readonly expiresSec: number;
}

/** What the configuration says about it: the advertised address, else a single address that is listened on. */
export function sipAccessOf(config: Config): SipAccess {
  const { external, hosts, port, tlsPort, hasTls } = config.sip;
  const [only, ...others] = hosts;
  const listened = only !== undefined && others.length === 0 && !isWildcard(only) ? { host: only, port } : null;
  const proxy = external === undefined ? listened : parseHostPort(external, port);
  const known = proxy !== null && ipaddr.isValid(proxy.host) ? [proxy.host] : [];
  const addresses = config.publishedAddresses.length > 0 ? config.publishedAddresses : known;
  return {
    proxy,
    port,
    tlsPort: hasTls ? tlsPort : null,
    addresses,
    expiresSec: config.registration.defaultExpiresSec,
  };
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 address. */
function parseHostPort(text: string, defaultPort: number): { readonly host: string; readonly port: number } {
  if (ipaddr.IPv6.isValid(text)) return { host: text, port: defaultPort };
  const match = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(text);
  return { host: match?.[1] ?? text, port: match?.[2] === undefined ? defaultPort : Number(match[2]) };
}
