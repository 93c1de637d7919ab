import type {
  AccountRecord,
  CarrierRecord,
  DidRecord,
  DirectoryDelta,
  RealmRecord,
  TrunkGroupRecord,
  TrunkRecord,
} from '../../bus/index.ts';

/** Records with plausible defaults, for tests of whatever reads the directory. */
export function accountRecord(fields: Partial<AccountRecord> & { readonly id: number }): AccountRecord {
  return {
    uuid: `acc_${hex(fields.id)}`,
    parentId: null,
    name: `Account ${fields.id}`,
    isReseller: false,
    status: 'active',
    maxIn: null,
    maxOut: null,
    maxDialer: null,
    country: null,
    defaultCidNumber: null,
    didDefaultDest: null,
    ...fields,
  };
}

export function trunkRecord(fields: Partial<TrunkRecord> & { readonly id: number }): TrunkRecord {
  return {
    uuid: `trk_${hex(fields.id)}`,
    accountId: 1,
    name: `Trunk ${fields.id}`,
    kind: 'trunk',
    authType: 'digest',
    realm: 'sip.didfarm.com',
    username: `user_${fields.id}`,
    ha1: {},
    previousHa1: null,
    status: 'active',
    maxIn: null,
    maxOut: null,
    maxDialer: null,
    maxContacts: 3,
    contactPolicy: 'replace_oldest',
    ruriMode: null,
    profile: null,
    allowNoQop: false,
    sources: [],
    ipTarget: null,
    country: null,
    ...fields,
  };
}

export function didRecord(fields: Partial<DidRecord> & { readonly id: number; readonly number: string }): DidRecord {
  return {
    uuid: `did_${hex(fields.id)}`,
    accountId: 1,
    blockSize: 1,
    status: 'active',
    destination: null,
    ...fields,
  };
}

export function carrierRecord(fields: Partial<CarrierRecord> & { readonly id: number }): CarrierRecord {
  return {
    uuid: `car_${hex(fields.id)}`,
    name: `carrier ${fields.id}`,
    enabled: true,
    sources: [],
    gateways: [],
    prefixes: [{ prefix: '', costMicros: 0 }],
    maxIn: null,
    maxOut: null,
    country: null,
    ...fields,
  };
}

export interface DeltaFields {
  readonly version?: number;
  readonly reset?: boolean;
  readonly platformRealm?: string;
  readonly accounts?: readonly AccountRecord[];
  readonly realms?: readonly RealmRecord[];
  readonly trunks?: readonly TrunkRecord[];
  readonly dids?: readonly DidRecord[];
  readonly groups?: readonly TrunkGroupRecord[];
  readonly carriers?: readonly CarrierRecord[];
}

/** A delta of upserts alone; version 1 with `reset` unless told otherwise. */
export function directoryDelta(fields: DeltaFields): DirectoryDelta {
  const platformRealm = fields.platformRealm ?? 'sip.didfarm.com';
  const platform: RealmRecord = { realm: platformRealm, accountId: null, algorithms: ['MD5', 'SHA-256'] };
  return {
    version: fields.version ?? 1,
    reset: fields.reset ?? true,
    platformRealm,
    accounts: { upserts: fields.accounts ?? [], deletes: [] },
    realms: { upserts: [platform, ...(fields.realms ?? [])], deletes: [] },
    trunks: { upserts: fields.trunks ?? [], deletes: [] },
    dids: { upserts: fields.dids ?? [], deletes: [] },
    groups: { upserts: fields.groups ?? [], deletes: [] },
    carriers: { upserts: fields.carriers ?? [], deletes: [] },
  };
}

function hex(id: number): string {
  return id.toString(16).padStart(16, '0');
}
