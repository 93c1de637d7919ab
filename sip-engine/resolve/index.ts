export { ResolveError, type ResolveErrorCode } from './errors.ts';
export { createResolver } from './resolver.ts';
export { createSystemDns, type SystemDnsOptions } from './system-dns.ts';
export type { Dns, DnsAnswer, DnsDone, NaptrRecord, ResolveDone, Resolver, ResolverDeps, SrvRecord } from './types.ts';
