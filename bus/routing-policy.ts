/** What of routing can be set per account, trunk, DID or carrier beyond its own columns. All of it may be left out. */
export interface RoutingPolicy {
  /** Rewrites what this trunk dials, or the called number as this carrier writes it. */
  readonly dialPlan?: readonly DialRule[];
  /** Rewrites the number that goes to this carrier. */
  readonly gatewayPlan?: readonly DialRule[];
  /** Rewrites the caller number that this trunk or carrier sends, before anything is asked about it. */
  readonly callerPlan?: readonly DialRule[];
  /** New calls a second, of the trunk, of the account with those below it, from the carrier. */
  readonly callsPerSecond?: number;
  /** New calls a second to the carrier. */
  readonly callsPerSecondOut?: number;
  /** Destinations that may not be called: `+882`, or a country as `KP` (F-112). */
  readonly blocked?: readonly string[];
  /** Destinations that alone may be called. */
  readonly allowed?: readonly string[];
  /** When a trunk or account may call out, and when a carrier is used. */
  readonly hours?: Hours;
  /** Where calls go when the PBX cannot take them (F-116). */
  readonly disaster?: Disaster;
  /** `owned`: a trunk shows numbers of its account; `trusted`: whatever it sends. */
  readonly callerId?: 'owned' | 'trusted';
  /** Names in the client certificate that tell this trunk or carrier (F-128). */
  readonly tlsSubjects?: readonly string[];
  /** What happens to REFER of this side. */
  readonly refer?: ReferPolicy;
  /** What happens to a 3xx of this side. */
  readonly redirect?: RedirectPolicy;
  /** Both sides offer private media addresses: say so, or refuse the call. */
  readonly privateMedia?: 'warn' | 'refuse';
  /** Names of headers of the INVITE that cross from this side, or to it, beyond those that always do. */
  readonly passHeaders?: readonly string[];
  /** Reference to the address that help is sent to (RFC 6442). */
  readonly location?: string;
  /** What is attested of this caller's number instead of what ownership says (RFC 8588). */
  readonly attestation?: Attestation;
  /** We register at this carrier, as a PBX would. */
  readonly registration?: CarrierRegistration;
}

/** `pass`: the other side is asked; `local`: the transfer is made here; `reject`: 603. */
export type ReferPolicy = 'pass' | 'local' | 'reject';

/** `follow`: the new target is called on behalf of who redirected; `reject`: the call fails. */
export type RedirectPolicy = 'follow' | 'reject';

/** RFC 8588 section 4: full, partial, gateway. */
export type Attestation = 'A' | 'B' | 'C';

/** The first rule of a plan that fits is applied: a prefix is taken off and something put before, or a pattern is replaced. */
export type DialRule =
  | { readonly prefix: string; readonly strip: number; readonly add: string }
  | { readonly match: string; readonly replace: string };

export interface Hours {
  /** IANA name. */
  readonly timezone: string;
  readonly open: readonly OpenHours[];
}

export interface OpenHours {
  /** `mon` … `sun`. */
  readonly days: readonly string[];
  /** `HH:MM`, inclusive. */
  readonly from: string;
  /** `HH:MM`, exclusive; not after `from`: it ends on the next day. */
  readonly to: string;
}

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

/** How we register at a carrier (P26). */
export interface CarrierRegistration {
  /** `host[:port][;transport=udp|tcp|tls]`. */
  readonly registrar: string;
  /** User part of the address of record. */
  readonly username: string;
  /** Host part of the address of record. @default the registrar's host */
  readonly domain?: string;
  /** User name of the digest. @default `username` */
  readonly authUsername?: string;
  readonly password: string;
  /** Asked for. @default 600 */
  readonly expiresSec?: number;
}
