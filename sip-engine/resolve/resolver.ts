import { isIP } from 'node:net';
import { parseUri, SipParseError, type SipUri, type TransportName } from '../message/index.ts';
import type { Target } from '../transport/types.ts';
import { DnsCache } from './dns-cache.ts';
import { ResolveError } from './errors.ts';
import { resolveName } from './resolve-name.ts';
import { defaultPort, defaultTransport, namedTransport } from './select-transport.ts';
import { createSystemDns } from './system-dns.ts';
import type { Resolver, ResolverDeps } from './types.ts';

/** A resolver by RFC 3263 with a cache of its own. */
export function createResolver(deps: ResolverDeps): Resolver {
  const cache = new DnsCache(deps.dns ?? createSystemDns(), deps.clock);
  const supports = deps.supports ?? (() => true);
  return {
    resolve(uri, done) {
      const parsed = readUri(uri);
      if (parsed instanceof ResolveError) {
        done(parsed);
        return;
      }
      // RFC 3263 section 4: TARGET is the maddr parameter where there is one.
      const target = (parsed.params.get('maddr') || parsed.host).toLowerCase();
      const transport = namedTransport(parsed);
      if (transport === 'unknown') done(new ResolveError('no_transport', uri));
      else if (isIP(stripBrackets(target)) > 0) done(literal(parsed, stripBrackets(target), transport));
      else
        resolveName({ uri: parsed, target, transport, dns: cache, random: () => deps.random.float(), supports }, done);
    },
    get cached() {
      return cache.size;
    },
  };
}

/** An address needs no DNS: it is the one target (RFC 3263 4.1, 4.2). */
function literal(uri: SipUri, address: string, named: TransportName | undefined): readonly Target[] {
  const transport = named ?? defaultTransport(uri);
  return [{ transport, address, port: uri.port || defaultPort(transport) }];
}

function readUri(text: string): SipUri | ResolveError {
  try {
    const uri = parseUri(text);
    return uri.scheme === 'tel' ? new ResolveError('unsupported_scheme', text) : uri;
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    return new ResolveError(error.code === 'uri_scheme' ? 'unsupported_scheme' : 'bad_uri', text, { cause: error });
  }
}

function stripBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
