import type { Generated, GeneratedAlways, Kysely, Selectable } from 'kysely';
import type { AdministrationTables } from './schema-administration.ts';
import type { CommerceTables } from './schema-commerce.ts';
import type { LiveTables } from './schema-live.ts';
import type { MessageTables } from './schema-messages.ts';
import type { MoneyTables } from './schema-money.ts';
import type { PortingTables } from './schema-porting.ts';
import type { RegulatoryTables } from './schema-regulatory.ts';

/** 0 or 1. */
export type Flag = number;

interface Stamps {
  readonly rowVersion: Generated<number>;
  readonly createdAtMs: Generated<number>;
  readonly updatedAtMs: Generated<number>;
}

export type DestKind = 'trunk' | 'trunk_group' | 'extension' | 'account_default' | 'uri' | 'reject';

export interface AccountTable extends Stamps {
  readonly id: Generated<number>;
  readonly uuid: Generated<string>;
  readonly parentId: number | null;
  readonly name: string;
  readonly isReseller: Generated<Flag>;
  readonly status: Generated<'active' | 'suspended' | 'closed'>;
  readonly brandName: string | null;
  readonly brandDomain: string | null;
  readonly timezone: string | null;
  readonly language: string | null;
  readonly voiceGender: 'male' | 'female' | null;
  readonly defaultCidNumber: string | null;
  readonly didDefaultDestKind: DestKind | null;
  readonly didDefaultDestId: number | null;
  readonly didDefaultDestUri: string | null;
  readonly maxIn: number | null;
  readonly maxOut: number | null;
  readonly maxDialer: number | null;
  readonly country: string | null;
  readonly bulk: Generated<Flag>;
  readonly notes: Generated<string>;
}

export interface SipDomainTable extends Stamps {
  readonly id: Generated<number>;
  readonly uuid: Generated<string>;
  readonly accountId: number;
  readonly domain: string;
  readonly digestAlgorithms: string | null;
  readonly verifiedAtMs: number | null;
}

export interface TrunkTable extends Stamps {
  readonly id: Generated<number>;
  readonly uuid: Generated<string>;
  readonly accountId: number;
  readonly name: string;
  readonly kind: Generated<'trunk' | 'extension' | 'dialer'>;
  readonly authType: Generated<'digest' | 'ip' | 'digest+ip'>;
  readonly realm: string;
  readonly username: string;
  readonly ha1Sealed: Uint8Array | null;
  readonly previousHa1Sealed: Uint8Array | null;
  readonly previousHa1UntilMs: number | null;
  readonly status: Generated<'provisioning' | 'active' | 'suspended' | 'deleted'>;
  readonly maxIn: number | null;
  readonly maxOut: number | null;
  readonly maxDialer: number | null;
  readonly maxContacts: Generated<number>;
  readonly contactPolicy: Generated<'replace_oldest' | 'reject' | 'fork'>;
  readonly ruriMode: 'contact' | 'did' | null;
  readonly profile: string | null;
  readonly allowNoQop: Generated<Flag>;
  readonly sources: Generated<string>;
  readonly ipTarget: string | null;
  readonly country: string | null;
  readonly notes: Generated<string>;
  readonly deletedAtMs: number | null;
}

export interface TrunkGroupTable extends Stamps {
  readonly id: Generated<number>;
  readonly uuid: Generated<string>;
  readonly accountId: number;
  readonly name: string;
  readonly strategy: Generated<'priority' | 'round_robin'>;
}

export interface TrunkGroupMemberTable {
  readonly id: Generated<number>;
  readonly accountId: number;
  readonly groupId: number;
  readonly trunkId: number;
  readonly priority: Generated<number>;
  readonly weight: Generated<number>;
}

export interface DidTable extends Stamps {
  readonly id: Generated<number>;
  readonly uuid: Generated<string>;
  readonly accountId: number;
  readonly number: string;
  readonly blockSize: Generated<number>;
  readonly firstNum: GeneratedAlways<number>;
  readonly lastNum: GeneratedAlways<number>;
  readonly country: string | null;
  readonly type: 'local' | 'national' | 'mobile' | 'toll_free' | null;
  readonly city: string | null;
  readonly status: Generated<'active' | 'suspended' | 'pending_regulatory' | 'released'>;
  readonly destKind: DestKind | null;
  readonly destId: number | null;
  readonly destUri: string | null;
  readonly notes: Generated<string>;
  readonly smsEnabled: Generated<Flag>;
  readonly setupFeeMicros: Generated<number>;
  readonly monthlyRateMicros: Generated<number>;
  readonly currency: Generated<string>;
  readonly requiresRegulatory: Generated<Flag>;
  readonly orderItemId: number | null;
  readonly activatedAtMs: number | null;
  readonly renewsAtMs: number | null;
  readonly releasedAtMs: number | null;
  readonly suspendedAtMs: number | null;
  /** `renewal`: money was missing, so it comes back when there is some. */
  readonly suspendReason: string | null;
  /** Days before the coming renewal that the last reminder was sent for. */
  readonly remindedDays: number | null;
}

export interface CarrierTable extends Stamps {
  readonly id: Generated<number>;
  readonly uuid: Generated<string>;
  readonly name: string;
  readonly enabled: Generated<Flag>;
  readonly maxIn: number | null;
  readonly maxOut: number | null;
  readonly country: string | null;
  readonly notes: Generated<string>;
}

export interface ApiKeyTable extends Stamps {
  readonly id: Generated<number>;
  readonly uuid: Generated<string>;
  readonly accountId: number | null;
  readonly pinnedAccountId: number | null;
  readonly name: string;
  readonly mode: 'live' | 'test';
  readonly prefix: string;
  readonly hash: string;
  readonly scopes: string;
  readonly allowedAddresses: Generated<string>;
  readonly ratePerMinute: number | null;
  readonly bulk: Generated<Flag>;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

/** Every table; columns are camelCase here and snake_case in the database. */
export interface Tables
  extends MessageTables,
    LiveTables,
    CommerceTables,
    MoneyTables,
    AdministrationTables,
    RegulatoryTables,
    PortingTables {
  readonly settings: { readonly key: string; readonly value: string };
  readonly directoryChanges: { readonly seq: Generated<number>; readonly kind: string; readonly key: number | string };
  readonly accounts: AccountTable;
  readonly sipDomains: SipDomainTable;
  readonly trunks: TrunkTable;
  readonly trunkGroups: TrunkGroupTable;
  readonly trunkGroupMembers: TrunkGroupMemberTable;
  readonly dids: DidTable;
  readonly carriers: CarrierTable;
  readonly carrierSources: { readonly id: Generated<number>; readonly carrierId: number; readonly source: string };
  readonly carrierGateways: {
    readonly id: Generated<number>;
    readonly carrierId: number;
    readonly host: string;
    readonly port: number;
    readonly transport: 'udp' | 'tcp' | 'tls';
    readonly priority: number;
    readonly weight: number;
  };
  readonly carrierPrefixes: {
    readonly id: Generated<number>;
    readonly carrierId: number;
    readonly prefix: string;
    readonly costMicros: number;
  };
  readonly apiKeys: ApiKeyTable;
}

export type Db = Kysely<Tables>;
export type Row<Name extends keyof Tables> = Selectable<Tables[Name]>;
