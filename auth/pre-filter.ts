import type { BanBook } from './ban-book.ts';
import type { Overload } from './overload.ts';
import { sourceKey } from './source-key.ts';
import { TokenBuckets } from './token-buckets.ts';

/** What the engine does with a request before a transaction or a 100 exists. */
export type PreFilterDecision = 'pass' | 'drop' | { readonly status: number; readonly retryAfterSec?: number };

/** Refusals a banned source is sent; beyond them it hears nothing. */
const REFUSALS = { burst: 5, perSec: 1 };
const MOST_SOURCES = 50_000;

/** Requests of calls that are up, and those that cannot be answered: never filtered. */
const UNFILTERED: ReadonlySet<string> = new Set(['ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', 'INFO', 'NOTIFY']);

export interface PreFilterOptions {
  readonly bans: BanBook;
  readonly nowMs: () => number;
  /** Substrings of User-Agent, without regard to case, that get no answer at all. */
  readonly scanners: readonly string[];
  /** Without it nobody is dropped for want of time. */
  readonly overload?: Overload | undefined;
}

/**
 * Drops scanners silently and strangers when there is no time for them; answers banned sources with 503, then not at
 * all. A source with honest PBXes behind it always passes: there a ban is decided per identity.
 */
export function createPreFilter(
  options: PreFilterOptions,
): (sourceAddress: string, transport: string, method: string, userAgent: string) => PreFilterDecision {
  const scanners = options.scanners.filter((text) => text !== '').map((text) => text.toLowerCase());
  const isScannerName = rememberScanners(scanners);
  const refusals = new TokenBuckets(MOST_SOURCES);
  return (sourceAddress, _transport, method, userAgent) => {
    if (isScannerName(userAgent) && !options.bans.isTrusted(sourceAddress)) return 'drop';
    if (UNFILTERED.has(method)) return 'pass';
    const verdict = options.bans.verdict(sourceAddress);
    if (verdict === undefined) return isShed(options, sourceAddress) ? 'drop' : 'pass';
    if (verdict.scope === 'unknown_only') return 'pass';
    if (refusals.take(sourceKey(sourceAddress), REFUSALS, options.nowMs()) > 0) return 'drop';
    return { status: 503, retryAfterSec: verdict.retryAfterSec };
  };
}

/** Known sources come first: an overload is at the cost of those that nobody has authenticated from. */
function isShed({ bans, overload }: PreFilterOptions, sourceAddress: string): boolean {
  if (overload === undefined || bans.isEstablished(sourceAddress)) return false;
  return !overload.admitsStranger() && !bans.isTrusted(sourceAddress);
}

/** Who shares what the thread has time for: one known source, or `''`, all that nobody has authenticated from. */
export function shareOf(bans: BanBook, sourceAddress: string): string {
  return bans.isTrusted(sourceAddress) || bans.isEstablished(sourceAddress) ? sourceKey(sourceAddress) : '';
}

/** User-Agents judged before; a fleet has few, and who makes up many only has them forgotten. */
const MOST_AGENTS = 512;

interface Judged {
  readonly userAgent: string;
  readonly isScanner: boolean;
}

function rememberScanners(scanners: readonly string[]): (userAgent: string) => boolean {
  const known = new Map<string, Judged>();
  // The next message is often of the same make, and to compare a text costs less than to look it up.
  let last: Judged = { userAgent: '', isScanner: false };
  const judge = (sent: string): Judged => {
    // A copy: the text as sent is part of the whole message and would keep it.
    const userAgent = Buffer.from(sent).toString();
    const judged = { userAgent, isScanner: isScanner(scanners, userAgent) };
    if (known.size >= MOST_AGENTS) known.clear();
    known.set(userAgent, judged);
    return judged;
  };
  return (userAgent) => {
    if (userAgent !== last.userAgent) last = known.get(userAgent) ?? judge(userAgent);
    return last.isScanner;
  };
}

/** Whether a User-Agent names a scanner of the list, whose texts are in lower case. */
export function isScanner(scanners: readonly string[], userAgent: string): boolean {
  if (userAgent === '' || scanners.length === 0) return false;
  const name = userAgent.toLowerCase();
  return scanners.some((scanner) => name.includes(scanner));
}
