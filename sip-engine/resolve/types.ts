import type { TransportName } from '../message/index.ts';
import type { EngineClock, EngineRandom } from '../ports.ts';
import type { Target } from '../transport/types.ts';
import type { ResolveError } from './errors.ts';

export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  /** `SIP+D2U`, `SIPS+D2T` … */
  readonly service: string;
  readonly flags: string;
  /** Name of SRV records where `flags` is `s`. */
  readonly replacement: string;
}

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

/** What a name server says: records, "there are none" (no such name, no such data), or nothing of use. */
export type DnsAnswer<Record> =
  | { readonly kind: 'records'; readonly records: readonly Record[]; readonly ttlSec: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string };

export type DnsDone<Record> = (answer: DnsAnswer<Record>) => void;

/** The name service, as the least that RFC 3263 needs; tests give a fake one. Each calls `done` once. */
export interface Dns {
  naptr(name: string, done: DnsDone<NaptrRecord>): void;
  srv(name: string, done: DnsDone<SrvRecord>): void;
  addresses(name: string, family: 4 | 6, done: DnsDone<string>): void;
  /** As the system's other programs see it: hosts file, search list and all. IPv4 and IPv6 mixed. */
  lookup(name: string, done: DnsDone<string>): void;
}

export interface ResolverDeps {
  readonly clock: EngineClock;
  readonly random: EngineRandom;
  /** @default the system's */
  readonly dns?: Dns;
  /** What the engine can send over; other targets are left out. @default everything */
  readonly supports?: (transport: TransportName, family: 4 | 6) => boolean;
}

/** Targets best first, never empty; or why there are none. */
export type ResolveDone = (result: readonly Target[] | ResolveError) => void;

export interface Resolver {
  /**
   * Where a `sip:` or `sips:` URI leads (RFC 3263 section 4). Literal addresses and names in the cache
   * are answered before this returns.
   */
  resolve(uri: string, done: ResolveDone): void;
  /** Answers kept, for metrics and tests. */
  readonly cached: number;
}
