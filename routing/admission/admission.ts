/**
 * Call admission control: how many calls a trunk, its account and every account above it may have at
 * a time (F-027, F-036, P6, P7). A call holds one lease; the lease holds one place under each ceiling.
 */

export type CallClass = 'in' | 'out' | 'dialer';
export type CeilingLevel = 'trunk' | 'account' | 'ancestor' | 'carrier';

/** One place that a call wants. */
export interface Claim {
  readonly level: CeilingLevel;
  readonly id: number;
  readonly class: CallClass;
  /** `Infinity` when there is no ceiling; it is counted all the same. */
  readonly limit: number;
}

export interface Lease {
  readonly id: string;
  readonly claims: readonly Claim[];
  /** Epoch milliseconds after which `expire` frees it: the call died unseen. */
  readonly expiresAtMs: number;
}

export type AdmissionResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly full: Claim; readonly used: number };

export interface Admission {
  /** Takes every place or none; the first full ceiling in the order given is named. A lease of that id is replaced, or kept when there is no room. */
  acquire(id: string, claims: readonly Claim[], expiresAtMs: number): AdmissionResult;
  /** What `acquire` would say, taking nothing. */
  peek(claims: readonly Claim[]): AdmissionResult;
  /** Frees the lease; false when there was none, so that a second release is harmless. */
  release(id: string): boolean;
  /** Frees what expired by `nowMs` and returns the ids. */
  expire(nowMs: number): readonly string[];
  used(level: CeilingLevel, id: number, callClass: CallClass): number;
  /** Live leases, for the invariant "counters equal leases" and the metric. */
  leases(): readonly Lease[];
}

/** Leases by the class of the side that pays. */
export function countByClass(leases: readonly Lease[]): Readonly<Record<CallClass, number>> {
  const counts = { in: 0, out: 0, dialer: 0 };
  for (const { claims } of leases) {
    const paying = claims.find((claim) => claim.level !== 'carrier') ?? claims[0];
    counts[paying?.class ?? 'in'] += 1;
  }
  return counts;
}
