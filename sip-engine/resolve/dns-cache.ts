import type { EngineClock } from '../ports.ts';
import type { Dns, DnsAnswer, DnsDone, NaptrRecord, SrvRecord } from './types.ts';

const MIN_TTL_SEC = 1;
const MAX_TTL_SEC = 3600;
/** No SOA is seen, so RFC 2308's figure is unknown; short, since names appear while the engine runs. */
const NONE_TTL_SEC = 5;
const FAILED_TTL_SEC = 1;
/** While name servers fail, answers are used this much longer than they are good for (RFC 8767). */
const MAX_STALE_SEC = 3600;
const MAX_ENTRIES = 4096;

interface Entry<Record> {
  answer: DnsAnswer<Record> | undefined;
  goodUntilMs: number;
  staleUntilMs: number;
  waiting: DnsDone<Record>[] | undefined;
}

/**
 * Remembers answers for their TTL, "none" and failures for a short while; asks once however many wait.
 * What is known is answered at once. Bounded: the answer asked for longest ago goes first.
 */
export class DnsCache implements Dns {
  readonly #dns: Dns;
  readonly #clock: EngineClock;
  readonly #naptr = new Map<string, Entry<NaptrRecord>>();
  readonly #srv = new Map<string, Entry<SrvRecord>>();
  readonly #addresses = new Map<string, Entry<string>>();

  constructor(dns: Dns, clock: EngineClock) {
    this.#dns = dns;
    this.#clock = clock;
  }

  get size(): number {
    return this.#naptr.size + this.#srv.size + this.#addresses.size;
  }

  naptr(name: string, done: DnsDone<NaptrRecord>): void {
    this.#ask(this.#naptr, name, done, (got) => this.#dns.naptr(name, got));
  }

  srv(name: string, done: DnsDone<SrvRecord>): void {
    this.#ask(this.#srv, name, done, (got) => this.#dns.srv(name, got));
  }

  addresses(name: string, family: 4 | 6, done: DnsDone<string>): void {
    this.#ask(this.#addresses, `${family} ${name}`, done, (got) => this.#dns.addresses(name, family, got));
  }

  lookup(name: string, done: DnsDone<string>): void {
    this.#ask(this.#addresses, `* ${name}`, done, (got) => this.#dns.lookup(name, got));
  }

  #ask<Record>(
    cache: Map<string, Entry<Record>>,
    key: string,
    done: DnsDone<Record>,
    query: (got: DnsDone<Record>) => void,
  ): void {
    const entry = cache.get(key) ?? { answer: undefined, goodUntilMs: 0, staleUntilMs: 0, waiting: undefined };
    // Map order is age of use.
    cache.delete(key);
    cache.set(key, entry);
    if (entry.answer !== undefined && this.#clock.nowMs() < entry.goodUntilMs) {
      done(entry.answer);
      return;
    }
    if (entry.waiting !== undefined) {
      entry.waiting.push(done);
      return;
    }
    entry.waiting = [done];
    evict(cache);
    query((answer) => this.#answered(entry, answer));
  }

  #answered<Record>(entry: Entry<Record>, answer: DnsAnswer<Record>): void {
    const { waiting = [] } = entry;
    entry.waiting = undefined;
    const nowMs = this.#clock.nowMs();
    entry.goodUntilMs = nowMs + ttlSec(answer) * 1000;
    const useStale = answer.kind === 'failed' && entry.answer?.kind === 'records' && nowMs < entry.staleUntilMs;
    if (!useStale) {
      entry.answer = answer;
      entry.staleUntilMs = entry.goodUntilMs + MAX_STALE_SEC * 1000;
    }
    const told = entry.answer ?? answer;
    for (const done of waiting) done(told);
  }
}

function ttlSec(answer: DnsAnswer<unknown>): number {
  if (answer.kind === 'records') return Math.min(Math.max(answer.ttlSec, MIN_TTL_SEC), MAX_TTL_SEC);
  return answer.kind === 'none' ? NONE_TTL_SEC : FAILED_TTL_SEC;
}

/** Entries that someone waits for stay: they are few and end by themselves. */
function evict<Record>(cache: Map<string, Entry<Record>>): void {
  for (const [key, entry] of cache) {
    if (cache.size <= MAX_ENTRIES) return;
    if (entry.waiting === undefined) cache.delete(key);
  }
}
