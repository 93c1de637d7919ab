/** What of routing can be set per account, trunk, DID or carrier beyond its own columns. All of it may be left out. */
export interface RoutingPolicy {
  /** Rewrites what this trunk dials, or the called number as this carrier writes it. */
  readonly dialPlan?: readonly DialRule[];
  /** Rewrites the number that goes to this carrier. */
  readonly gatewayPlan?: readonly DialRule[];
  /** New calls a second, of the trunk, of the account with those below it, from the carrier. */
  readonly callsPerSecond?: number;
  /** Destinations that may not be called: `+882`, or a country as `KP` (F-112). */
  readonly blocked?: readonly string[];
  /** Destinations that alone may be called. */
  readonly allowed?: readonly string[];
  /** Where calls go when the PBX cannot take them (F-116). */
  readonly disaster?: Disaster;
}

/** The first rule of a plan that fits is applied: a prefix is taken off and something put before, or a pattern is replaced. */
export type DialRule =
  | { readonly prefix: string; readonly strip: number; readonly add: string }
  | { readonly match: string; readonly replace: string };

export interface Disaster {
  readonly to:
    | { readonly kind: 'trunk'; readonly trunkId: number }
    | { readonly kind: 'number'; readonly number: string }
    | { readonly kind: 'uri'; readonly uri: string };
  /** Also when nobody answers for so long; absent: only when the PBX cannot be reached at all. */
  readonly afterSec?: number;
  /** The caller number that is shown there; absent: the caller's for trunk and URI, the DID for a number. */
  readonly callerId?: string;
}
