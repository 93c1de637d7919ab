import type { RoutingPolicy } from './routing-policy.ts';

/**
 * What SIP needs to know of tenancy: plain, frozen records that travel from the main thread to the
 * SIP threads. `id` is the integer of the table, `uuid` the public name.
 */

export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** Lower-case hexadecimal H(user:realm:password) per algorithm. */
export type Ha1Set = Readonly<Partial<Record<DigestAlgorithm, string>>>;

export interface AccountRecord {
  readonly id: number;
  readonly uuid: string;
  readonly parentId: number | null;
  readonly name: string;
  readonly isReseller: boolean;
  readonly status: 'active' | 'suspended' | 'closed';
  /** `null` inherits, 0 blocks, -1 is unlimited (interface.md, Ceilings). */
  readonly maxIn: number | null;
  readonly maxOut: number | null;
  readonly maxDialer: number | null;
  /** ISO 3166 alpha-2, for numbers written without a country; `null` inherits. */
  readonly country: string | null;
  readonly defaultCidNumber: string | null;
  readonly didDefaultDest: Destination | null;
  readonly routing?: RoutingPolicy;
}

export interface RealmRecord {
  readonly realm: string;
  /** `null` for the platform realm, which belongs to nobody. */
  readonly accountId: number | null;
  /** Offer order and set of digest challenges. */
  readonly algorithms: readonly DigestAlgorithm[];
}

export interface TrunkRecord {
  readonly id: number;
  readonly uuid: string;
  readonly accountId: number;
  readonly name: string;
  readonly kind: 'trunk' | 'extension' | 'dialer';
  readonly authType: 'digest' | 'ip' | 'digest+ip';
  readonly realm: string;
  readonly username: string;
  readonly ha1: Ha1Set;
  /** The password before a rotation with overlap, and until when it is good (epoch ms). */
  readonly previousHa1: { readonly ha1: Ha1Set; readonly untilMs: number } | null;
  readonly status: 'provisioning' | 'active' | 'suspended' | 'deleted';
  readonly maxIn: number | null;
  readonly maxOut: number | null;
  readonly maxDialer: number | null;
  readonly maxContacts: number;
  readonly contactPolicy: 'replace_oldest' | 'reject' | 'fork';
  /** `null`: by PBX profile. */
  readonly ruriMode: 'contact' | 'did' | null;
  /** Key of a PBX profile, `null`: recognised by User-Agent. */
  readonly profile: string | null;
  /** The legacy digest form without qop is accepted. */
  readonly allowNoQop: boolean;
  /** Addresses and ranges of `ip` and `digest+ip` trunks. */
  readonly sources: readonly string[];
  /** Where calls go and where probes are sent for an `ip` trunk: `host[:port][;transport=]`. */
  readonly ipTarget: string | null;
  /** Country for national numbers; `null` inherits from the account. */
  readonly country: string | null;
  readonly routing?: RoutingPolicy;
}

export type Destination =
  | { readonly kind: 'trunk'; readonly trunkId: number }
  | { readonly kind: 'trunk_group'; readonly groupId: number }
  | { readonly kind: 'extension'; readonly trunkId: number }
  | { readonly kind: 'uri'; readonly uri: string }
  | { readonly kind: 'account_default' }
  | { readonly kind: 'reject' };

export interface DidRecord {
  readonly id: number;
  readonly uuid: string;
  readonly accountId: number;
  /** E.164 with `+`; of a block its first number. */
  readonly number: string;
  /** How many consecutive numbers, 1 for a single DID. */
  readonly blockSize: number;
  readonly status: 'active' | 'suspended' | 'pending_regulatory';
  /** `null`: unassigned, follows did_default_dest up the tree. */
  readonly destination: Destination | null;
  /** It sends and takes messages; absent: it does not. */
  readonly smsEnabled?: true;
  readonly routing?: RoutingPolicy;
}

export interface TrunkGroupRecord {
  readonly id: number;
  readonly uuid: string;
  readonly accountId: number;
  readonly name: string;
  readonly strategy: 'priority' | 'round_robin';
  readonly members: readonly { readonly trunkId: number; readonly priority: number; readonly weight: number }[];
}

export interface CarrierRecord {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Addresses and CIDR ranges its calls come from. */
  readonly sources: readonly string[];
  readonly gateways: readonly {
    readonly host: string;
    readonly port: number;
    readonly transport: 'udp' | 'tcp' | 'tls';
    readonly priority: number;
    readonly weight: number;
  }[];
  /** E.164 prefixes it takes (`''` everything), with a cost for least-cost order. */
  readonly prefixes: readonly { readonly prefix: string; readonly costMicros: number }[];
  readonly maxIn: number | null;
  readonly maxOut: number | null;
  /** Country its national numbers are of; `null`: international only. */
  readonly country: string | null;
  readonly routing?: RoutingPolicy;
}

/** All rows of a kind that were inserted or changed, and the ids of those that went. */
export interface RecordChanges<T> {
  readonly upserts: readonly T[];
  readonly deletes: readonly number[];
}

/** One step of the directory from `version - 1` to `version`; `reset` starts from empty. */
export interface DirectoryDelta {
  readonly version: number;
  readonly reset: boolean;
  readonly platformRealm: string;
  readonly accounts: RecordChanges<AccountRecord>;
  /** Realms are keyed by name: `deletes` are names. */
  readonly realms: { readonly upserts: readonly RealmRecord[]; readonly deletes: readonly string[] };
  readonly trunks: RecordChanges<TrunkRecord>;
  readonly dids: RecordChanges<DidRecord>;
  readonly groups: RecordChanges<TrunkGroupRecord>;
  readonly carriers: RecordChanges<CarrierRecord>;
}
