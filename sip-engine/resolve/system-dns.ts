import { lookup, type RecordWithTtl, Resolver } from 'node:dns';
import type { Dns, DnsAnswer, DnsDone } from './types.ts';

/** Node tells no TTL of SRV and NAPTR records; also for what the hosts file says. */
const UNTOLD_TTL_SEC = 60;
const LOOKUP_TTL_SEC = 5;
/** c-ares' codes for "the name server has answered that there is nothing". */
const NONE = ['ENODATA', 'ENOTFOUND'];

export interface SystemDnsOptions {
  /** First wait for a name server's answer in ms. @default 1500 */
  readonly timeoutMs?: number;
  /** @default 2 */
  readonly tries?: number;
  /** `address[:port]` of name servers. @default those of the system */
  readonly servers?: readonly string[];
}

/** The name servers of the system, by c-ares; `lookup` by the C library, so that the hosts file counts. */
export function createSystemDns({ timeoutMs = 1500, tries = 2, servers }: SystemDnsOptions = {}): Dns {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (servers !== undefined) resolver.setServers(servers);
  return {
    naptr: (name, done) =>
      resolver.resolveNaptr(name, (error, records) => done(answer(error, records, UNTOLD_TTL_SEC))),
    srv: (name, done) => resolver.resolveSrv(name, (error, records) => done(answer(error, records, UNTOLD_TTL_SEC))),
    addresses: (name, family, done) => {
      const finish = (error: NodeJS.ErrnoException | null, records: readonly RecordWithTtl[]) =>
        done(addressAnswer(error, records));
      if (family === 4) resolver.resolve4(name, { ttl: true }, finish);
      else resolver.resolve6(name, { ttl: true }, finish);
    },
    lookup: lookUp,
  };
}

function lookUp(name: string, done: DnsDone<string>): void {
  lookup(name, { all: true, order: 'ipv4first' }, (error, found) => {
    const addresses = error ? [] : found.map(({ address }) => address);
    done(answer(error, addresses, LOOKUP_TTL_SEC));
  });
}

function addressAnswer(error: NodeJS.ErrnoException | null, records: readonly RecordWithTtl[]): DnsAnswer<string> {
  if (error) return answer<string>(error, [], 0);
  const ttlSec = Math.min(...records.map(({ ttl }) => ttl));
  return answer(
    null,
    records.map(({ address }) => address),
    ttlSec,
  );
}

function answer<Record>(
  error: NodeJS.ErrnoException | null,
  records: readonly Record[],
  ttlSec: number,
): DnsAnswer<Record> {
  if (error && !NONE.includes(error.code ?? '')) return { kind: 'failed', reason: error.code ?? error.message };
  return error || records.length === 0 ? { kind: 'none' } : { kind: 'records', records, ttlSec };
}
