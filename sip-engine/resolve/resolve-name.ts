import { isIP } from 'node:net';
import type { SipUri, TransportName } from '../message/index.ts';
import type { Target } from '../transport/types.ts';
import { ResolveError } from './errors.ts';
import { orderSrv } from './order-srv.ts';
import { candidateTransports, defaultPort, defaultTransport, srvName, usableNaptr } from './select-transport.ts';
import type { Dns, DnsAnswer, ResolveDone, SrvRecord } from './types.ts';

export interface NameQuery {
  readonly uri: SipUri;
  /** The name to look for: maddr or the URI's host. */
  readonly target: string;
  /** The transport that the URI names. */
  readonly transport: TransportName | undefined;
  readonly dns: Dns;
  readonly random: () => number;
  readonly supports: (transport: TransportName, family: 4 | 6) => boolean;
}

/** A service found: where SRV records are, or a name with a port. */
interface Hop {
  readonly transport: TransportName;
  readonly name: string;
  readonly port: number;
}

/** The RFC 3263 procedure for names: NAPTR, SRV, addresses, as far as the URI leaves them open. */
export function resolveName(query: NameQuery, done: ResolveDone): void {
  const { uri, target, transport } = query;
  if (uri.port > 0) {
    // 4.2: a port rules SRV out.
    const chosen = transport ?? defaultTransport(uri);
    resolveHops(query, [{ transport: chosen, name: target, port: uri.port }], done);
  } else if (!target.replace(/\.$/, '').includes('.')) {
    // One label (`localhost`, a container's name) is no domain that could have services.
    resolvePlainly(query, done);
  } else if (transport !== undefined) {
    resolveServices(query, [{ transport, name: srvName(transport, target) }], done);
  } else {
    resolveNaptr(query, done);
  }
}

function resolveNaptr(query: NameQuery, done: ResolveDone): void {
  const { uri, target, dns } = query;
  const usable = (transport: TransportName) => canUse(query, transport);
  dns.naptr(target, (answer) => {
    const found = answer.kind === 'records' ? usableNaptr(answer.records, uri, usable) : [];
    const guessed = candidateTransports(uri)
      .filter(usable)
      .map((transport) => ({ transport, name: srvName(transport, target) }));
    resolveServices(query, found.length > 0 ? found : guessed, done);
  });
}

/** Asks for every service's SRV records at once; their targets in the services' order. */
function resolveServices(
  query: NameQuery,
  services: readonly { readonly transport: TransportName; readonly name: string }[],
  done: ResolveDone,
): void {
  collect(
    services,
    (service, got: (answer: DnsAnswer<SrvRecord>) => void) => query.dns.srv(service.name, got),
    (answers) => {
      const records = answers.flatMap((answer) => (answer.kind === 'records' ? answer.records : []));
      if (records.length === 0) {
        resolvePlainly(query, done);
        return;
      }
      const hops = answers.flatMap((answer, i) => {
        const transport = services[i]?.transport;
        return answer.kind === 'records' && transport !== undefined ? hopsOf(transport, answer.records, query) : [];
      });
      resolveHops(query, hops, done);
    },
  );
}

/** RFC 2782: the target "." says that the service is decidedly not there. */
function hopsOf(transport: TransportName, records: readonly SrvRecord[], query: NameQuery): Hop[] {
  return orderSrv(records, query.random)
    .filter(({ name }) => name !== '' && name !== '.')
    .map(({ name, port }) => ({ transport, name, port }));
}

/** Neither NAPTR nor SRV: the name's own addresses, default transport and port (RFC 3263 4.2). */
function resolvePlainly(query: NameQuery, done: ResolveDone): void {
  const transport = query.transport ?? defaultTransport(query.uri);
  resolveHops(query, [{ transport, name: query.target, port: defaultPort(transport) }], done);
}

function resolveHops(query: NameQuery, hops: readonly Hop[], done: ResolveDone): void {
  const usable = hops.filter(({ transport }) => canUse(query, transport));
  if (hops.length > 0 && usable.length === 0) {
    done(new ResolveError('no_transport', query.target));
    return;
  }
  collect(
    usable,
    (hop, got: (answer: DnsAnswer<string>) => void) => addressesOf(query, hop.name, got),
    (answers) => done(targetsOf(query, usable, answers)),
  );
}

function targetsOf(
  query: NameQuery,
  hops: readonly Hop[],
  answers: readonly DnsAnswer<string>[],
): readonly Target[] | ResolveError {
  const found = answers.flatMap((answer, i) => {
    const hop = hops[i];
    if (answer.kind !== 'records' || hop === undefined) return [];
    // RFC 5922: a certificate is checked against the domain that was asked for, not the SRV target.
    return answer.records.map((address) => ({ ...hop, address, serverName: query.uri.host }));
  });
  const targets = found
    .filter(({ transport, address }) => query.supports(transport, isIP(address) === 6 ? 6 : 4))
    .map(({ transport, address, port, serverName }) => ({ transport, address, port, serverName }));
  if (targets.length > 0) return targets;
  if (found.length > 0) return new ResolveError('no_transport', query.target);
  const failure = answers.find((answer) => answer.kind === 'failed');
  return new ResolveError(failure === undefined ? 'no_such_name' : 'dns_failure', query.target);
}

/** A and AAAA together, IPv4 first; the system's own lookup (hosts file) when DNS knows nothing. */
function addressesOf(query: NameQuery, name: string, done: (answer: DnsAnswer<string>) => void): void {
  if (isIP(name) > 0) {
    done({ kind: 'records', records: [name], ttlSec: 0 });
    return;
  }
  if (!name.replace(/\.$/, '').includes('.')) {
    query.dns.lookup(name, done);
    return;
  }
  collect(
    [4, 6] as const,
    (family, got: (answer: DnsAnswer<string>) => void) => query.dns.addresses(name, family, got),
    (answers) => {
      const records = answers.flatMap((answer) => (answer.kind === 'records' ? answer.records : []));
      if (records.length > 0) done({ kind: 'records', records, ttlSec: 0 });
      else query.dns.lookup(name, (found) => done(found.kind === 'records' ? found : worst(answers, found)));
    },
  );
}

/** "Failed" when any part failed: the name may exist all the same. */
function worst(answers: readonly DnsAnswer<string>[], fallback: DnsAnswer<string>): DnsAnswer<string> {
  return answers.find((answer) => answer.kind === 'failed') ?? fallback;
}

function canUse(query: NameQuery, transport: TransportName): boolean {
  return query.supports(transport, 4) || query.supports(transport, 6);
}

/** Runs `ask` for each and hands all results on, in order, when the last has come. */
function collect<Item, Result>(
  items: readonly Item[],
  ask: (item: Item, got: (result: Result) => void) => void,
  done: (results: readonly Result[]) => void,
): void {
  const results: Result[] = [];
  let missing = items.length;
  if (missing === 0) done(results);
  items.forEach((item, i) => {
    ask(item, (result) => {
      results[i] = result;
      missing -= 1;
      if (missing === 0) done(results);
    });
  });
}
