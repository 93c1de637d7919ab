import type { Seeded, SeedFiles } from '../tenancy/index.ts';
import type { AuditStore } from './audit-store-port.ts';
import type { BulkStore } from './bulk-store-port.ts';
import type { EventStore } from './event-store-port.ts';
import type { GroupStore } from './group-store-port.ts';
import type { IdempotencyStore } from './idempotency-store-port.ts';
import type { InvoiceStore } from './invoice-store-port.ts';
import type { MoneyStore } from './money-store-port.ts';
import type { NumberStores } from './number-stores.ts';
import type { PolicyStore } from './policy-store-port.ts';
import type { PortingStore } from './porting-store-port.ts';
import type { RecordStreamStore } from './record-stream-store-port.ts';
import type { RehearsalStore } from './rehearsal-port.ts';
import type { CostStore, InventoryStore, OrderStore, WalletStore } from './shop-store-port.ts';
import type {
  AccountRow,
  CarrierRow,
  DidRow,
  DomainRow,
  Found,
  KeyRow,
  Ref,
  Slice,
  TextFilter,
  TrunkRow,
  Visible,
} from './store-port.ts';
import type { TenantFileStore } from './tenant-file-port.ts';
import type { UserStore } from './user-store-port.ts';
import type { WebhookStore } from './webhook-store-port.ts';

/** Fields that a write may carry; absent ones are left alone or take their default. */
export type Fields<T, K extends keyof T> = { readonly [P in K]?: T[P] | undefined };

export type TrunkFields = Fields<
  TrunkRow,
  | 'name'
  | 'kind'
  | 'authType'
  | 'realm'
  | 'username'
  | 'maxIn'
  | 'maxOut'
  | 'maxDialer'
  | 'maxContacts'
  | 'contactPolicy'
  | 'ruriMode'
  | 'profile'
  | 'allowNoQop'
  | 'sources'
  | 'ipTarget'
  | 'country'
  | 'notes'
> & {
  readonly status?: 'active' | 'suspended' | undefined;
  /** Of a new trunk; later they are in its routing policy. */
  readonly tlsSubjects?: readonly string[] | undefined;
};

export type AccountFields = Fields<
  AccountRow,
  | 'parentId'
  | 'name'
  | 'isReseller'
  | 'status'
  | 'brandName'
  | 'brandDomain'
  | 'timezone'
  | 'language'
  | 'voiceGender'
  | 'defaultCidNumber'
  | 'didDefaultDest'
  | 'maxIn'
  | 'maxOut'
  | 'maxDialer'
  | 'country'
  | 'bulk'
  | 'notes'
>;

export type DidFields = Fields<DidRow, 'status' | 'destination' | 'notes' | 'country' | 'type' | 'city' | 'smsEnabled'>;
export type CarrierFields = Fields<
  CarrierRow,
  'name' | 'enabled' | 'sources' | 'gateways' | 'prefixes' | 'maxIn' | 'maxOut' | 'country' | 'notes'
>;

/** Who writes, for the audit log. */
export type Actor = string;

export interface KeyFinder {
  /** The live key with that secret: known, neither revoked nor expired. Notes that it was used. */
  findByToken(token: string): Promise<KeyRow | undefined>;
}

export interface AccountTree {
  find(ref: Ref): Promise<AccountRow | undefined>;
  /** The account itself and all below it. */
  subtreeIds(id: number): Promise<ReadonlySet<number>>;
  /** The account itself first, then up to the root. */
  chain(id: number): Promise<readonly AccountRow[]>;
}

export interface KeyStore extends KeyFinder {
  list(visible: Visible, slice: Slice, filter: TextFilter): Promise<Found<KeyRow>>;
  find(visible: Visible, ref: Ref): Promise<KeyRow | undefined>;
  /** The secret is told here and never again. */
  create(actor: Actor, key: NewKey): Promise<{ readonly key: KeyRow; readonly secret: string }>;
  /** A successor with the same rights; the old one stays good until then. */
  rotate(actor: Actor, id: number, untilMs: number): Promise<{ readonly key: KeyRow; readonly secret: string }>;
  revoke(actor: Actor, id: number): Promise<void>;
}

export interface NewKey {
  readonly accountId: number | null;
  readonly name: string;
  readonly mode: 'live' | 'test';
  readonly scopes: readonly string[];
  readonly allowedAddresses: readonly string[];
  readonly expiresAtMs: number | null;
}

export interface AccountStore extends AccountTree {
  list(
    visible: Visible,
    slice: Slice,
    filter: { readonly parentId?: number | null; readonly search?: string },
  ): Promise<Found<AccountRow>>;
  create(actor: Actor, fields: AccountFields & { readonly name: string }): Promise<AccountRow>;
  update(actor: Actor, id: number, fields: AccountFields): Promise<AccountRow>;
}

export type NewTrunkFields = TrunkFields & {
  readonly accountId: number;
  readonly name: string;
  /** In the platform realm user names are generated, except for the operator. @default false */
  readonly mayChooseUsername?: boolean;
  /** Its SIP domain must be one that is shown to be theirs. @default false */
  readonly needsVerifiedDomain?: boolean;
  /** One that must stay what it is. @default generated */
  readonly password?: string | undefined;
};

export interface TrunkStore {
  list(visible: Visible, slice: Slice, filter: TrunkFilter): Promise<Found<TrunkRow>>;
  find(visible: Visible, ref: Ref): Promise<TrunkRow | undefined>;
  findByIdentity(visible: Visible, username: string, realm: string): Promise<TrunkRow | undefined>;
  /** `password`: told here and never again. `null` for an `ip` trunk. */
  create(actor: Actor, trunk: NewTrunkFields): Promise<{ readonly trunk: TrunkRow; readonly password: string | null }>;
  update(actor: Actor, id: number, fields: TrunkFields): Promise<TrunkRow>;
  /** A new password; the old one stays good for `overlapSec`. */
  regenerate(
    actor: Actor,
    id: number,
    options: { readonly rotateUsername: boolean; readonly overlapSec: number },
  ): Promise<{ readonly trunk: TrunkRow; readonly password: string }>;
  remove(actor: Actor, id: number): Promise<void>;
}

export interface TrunkFilter {
  readonly accountId?: number | undefined;
  readonly status?: string | undefined;
  readonly search?: string | undefined;
  /** The whole name. */
  readonly name?: string | undefined;
  readonly kind?: TrunkRow['kind'] | undefined;
}

export interface DidStore {
  list(visible: Visible, slice: Slice, filter: DidFilter): Promise<Found<DidRow>>;
  find(visible: Visible, ref: Ref): Promise<DidRow | undefined>;
  findByNumber(visible: Visible, number: string): Promise<DidRow | undefined>;
  /** Whoever they belong to; those that were released are gone. */
  byIds(ids: readonly number[]): Promise<readonly DidRow[]>;
  create(
    actor: Actor,
    did: DidFields & { readonly accountId: number; readonly number: string; readonly blockSize?: number | undefined },
  ): Promise<DidRow>;
  update(actor: Actor, id: number, fields: DidFields): Promise<DidRow>;
  release(actor: Actor, id: number): Promise<void>;
}

export interface DidFilter {
  readonly accountId?: number | undefined;
  readonly status?: string | undefined;
  readonly trunkId?: number | undefined;
  readonly assigned?: boolean | undefined;
  readonly search?: string | undefined;
}

export interface CarrierStore {
  list(slice: Slice, filter: TextFilter): Promise<Found<CarrierRow>>;
  find(ref: Ref): Promise<CarrierRow | undefined>;
  create(actor: Actor, fields: CarrierFields & { readonly name: string }): Promise<CarrierRow>;
  update(actor: Actor, id: number, fields: CarrierFields): Promise<CarrierRow>;
  remove(actor: Actor, id: number): Promise<void>;
}

export interface DomainStore {
  list(visible: Visible, slice: Slice, filter: TextFilter): Promise<Found<DomainRow>>;
  find(visible: Visible, ref: Ref): Promise<DomainRow | undefined>;
  create(
    actor: Actor,
    domain: {
      readonly accountId: number;
      readonly domain: string;
      readonly algorithms: DomainRow['algorithms'] | undefined;
      /** `null`: to be shown yet. @default now */
      readonly verifiedAtMs?: number | null;
    },
  ): Promise<DomainRow>;
  update(actor: Actor, id: number, algorithms: DomainRow['algorithms']): Promise<DomainRow>;
  /** Notes that its owner has shown that it is theirs. */
  markVerified(actor: Actor, id: number, atMs: number): Promise<DomainRow>;
  remove(actor: Actor, id: number): Promise<void>;
}

/** Everything of the store that the admin side uses. */
export interface AdminStore extends NumberStores {
  readonly keys: KeyStore;
  readonly accounts: AccountStore;
  readonly trunks: TrunkStore;
  readonly groups: GroupStore;
  readonly dids: DidStore;
  readonly carriers: CarrierStore;
  readonly policies: PolicyStore;
  readonly domains: DomainStore;
  readonly wallet: WalletStore;
  readonly inventory: InventoryStore;
  readonly porting: PortingStore;
  readonly orders: OrderStore;
  readonly costs: CostStore;
  readonly money: MoneyStore;
  readonly invoices: InvoiceStore;
  readonly webhooks: WebhookStore;
  readonly recordStreams: RecordStreamStore;
  readonly events: EventStore;
  readonly audit: AuditStore;
  readonly tenantFiles: TenantFileStore;
  readonly rehearsals: RehearsalStore;
  readonly users: UserStore;
  readonly bulk: BulkStore;
  readonly idempotency: IdempotencyStore;
  /**
   * Several writes in one transaction, through the store that is handed in, never through the outer one. Inside
   * another it is a part of that one which can fail by itself.
   */
  atOnce<T>(work: (store: AdminStore) => Promise<T>): Promise<T>;
  /** A consistent copy, also while the store is used. */
  backup(file: string): Promise<void>;
  /** Trunks for load tests; their passwords are written to the files. */
  seed(trunks: number, files: SeedFiles): Promise<Seeded>;
}
