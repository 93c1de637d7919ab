import type {
  AccountRecord,
  CarrierRecord,
  DidRecord,
  DirectoryDelta,
  RealmRecord,
  RecordChanges,
  TrunkGroupRecord,
  TrunkRecord,
} from '../../bus/index.ts';
import { AccountTree } from './account-tree.ts';
import { AddressIndex } from './address-index.ts';
import { DirectoryGapError } from './errors.ts';
import { LayeredDids } from './layered-dids.ts';
import { LayeredTrunks } from './layered-trunks.ts';
import { findNearestDids, type NearDid } from './nearest-dids.ts';
import { type ResolvedDestination, resolveDestination } from './resolve-destination.ts';

/** How many records of each kind the directory holds. */
export interface DirectorySize {
  readonly accounts: number;
  readonly realms: number;
  readonly trunks: number;
  readonly dids: number;
  readonly groups: number;
  readonly carriers: number;
}

/** Some of the trunks and numbers of a version. */
export interface DirectoryPart {
  readonly trunks: readonly TrunkRecord[];
  readonly dids: readonly DidRecord[];
}

/**
 * The read model of tenancy that the SIP threads hold in memory: records are immutable, a delta is applied
 * between two requests, and every reader costs the same on ten tenants as on a hundred thousand.
 */
export class Directory {
  #version = 0;
  #platformRealm = '';
  #accounts = new AccountTree();
  #trunks = new LayeredTrunks();
  #dids = new LayeredDids();
  #realms = new Map<string, RealmRecord>();
  #groups = new Map<number, TrunkGroupRecord>();
  #carriers = new Map<number, CarrierRecord>();
  #carrierSources = new AddressIndex<CarrierRecord>();
  #carrierList: readonly CarrierRecord[] = [];
  #isStaged = false;

  /** 0 until the first delta: the directory is still loading. */
  get version(): number {
    return this.#version;
  }

  get platformRealm(): string {
    return this.#platformRealm;
  }

  get size(): DirectorySize {
    return {
      accounts: this.#accounts.size,
      realms: this.#realms.size,
      trunks: this.#trunks.size,
      dids: this.#dids.size,
      groups: this.#groups.size,
      carriers: this.#carriers.size,
    };
  }

  /**
   * Takes one step from `version - 1` to `version`, or starts anew with `reset`. What was staged for it is shown with
   * the rest, from one request to the next, and is to be settled.
   * @throws DirectoryGapError when a step is missing; nothing has changed then.
   */
  apply(delta: DirectoryDelta): void {
    if (!delta.reset && delta.version !== this.#version + 1) throw new DirectoryGapError(this.#version, delta.version);
    while (this.settle(Number.POSITIVE_INFINITY) !== undefined);
    if (delta.reset) this.#clear();
    this.#platformRealm = delta.platformRealm.toLowerCase();
    applyTo(this.#accounts, delta.accounts);
    if (delta.accounts.upserts.length + delta.accounts.deletes.length > 0) this.#accounts.forgetChains();
    for (const realm of delta.realms.deletes) this.#realms.delete(realm.toLowerCase());
    for (const realm of delta.realms.upserts) this.#realms.set(realm.realm.toLowerCase(), realm);
    takeIn(this.#trunks, delta.trunks, this.#isStaged);
    takeIn(this.#dids, delta.dids, this.#isStaged);
    this.#isStaged = false;
    for (const id of delta.groups.deletes) this.#groups.delete(id);
    for (const group of delta.groups.upserts) this.#groups.set(group.id, group);
    this.#applyCarriers(delta.carriers);
    this.#version = delta.version;
  }

  /**
   * Takes one part of the next version, which nobody sees before `apply` takes the rest of it.
   * @throws DirectoryGapError when the part is of another version
   */
  stage(version: number, part: DirectoryPart): void {
    if (version !== this.#version + 1) throw new DirectoryGapError(this.#version, version);
    while (this.settle(Number.POSITIVE_INFINITY) !== undefined);
    this.#isStaged = true;
    this.#trunks.stage(part.trunks);
    this.#dids.stage(part.dids);
  }

  /** Whether a step with parts has left work for `settle`. */
  get isSettling(): boolean {
    return this.#trunks.shown !== undefined || this.#dids.shown !== undefined;
  }

  /**
   * Goes on with the work that a step with parts has left, for so many records, and tells which trunks those were;
   * `undefined` when there is none. What is read is the same before and after.
   */
  settle(limit: number): RecordChanges<TrunkRecord> | undefined {
    return this.#trunks.settle(limit) ?? (this.#dids.settle(limit) && NONE);
  }

  /**
   * Takes one part of the version it is at: a whole directory comes in many (see `DirectoryShare`).
   * @throws DirectoryGapError when the part is of another version
   */
  extend(version: number, part: DirectoryPart): void {
    if (version !== this.#version) throw new DirectoryGapError(this.#version, version);
    for (const trunk of part.trunks) this.#trunks.base.set(trunk);
    for (const did of part.dids) this.#dids.base.pack(did);
  }

  /** A realm we answer for; domain names are compared without regard to case (RFC 3261 19.1.4). */
  findRealm(realm: string): RealmRecord | undefined {
    return this.#realms.get(realm) ?? this.#realms.get(realm.toLowerCase());
  }

  /** F-033: the identity is (auth_username, realm); user names are case-sensitive. */
  findCredential(username: string, realm: string): TrunkRecord | undefined {
    return this.#trunks.findCredential(username, realm) ?? this.#trunks.findCredential(username, realm.toLowerCase());
  }

  getAccount(id: number): AccountRecord | undefined {
    return this.#accounts.get(id);
  }

  findTrunk(id: number): TrunkRecord | undefined {
    return this.#trunks.get(id);
  }

  findTrunkByUuid(uuid: string): TrunkRecord | undefined {
    return this.#trunks.findByUuid(uuid);
  }

  /** The DID or block that holds the number, written in E.164 with `+`. */
  findDid(e164: string): DidRecord | undefined {
    return this.#dids.find(e164);
  }

  findDidById(id: number): DidRecord | undefined {
    return this.#dids.get(id);
  }

  /** The enabled carrier with the most specific source that holds the address; of equals the oldest. */
  findCarrierBySource(address: string): CarrierRecord | undefined {
    return this.#carrierSources.find(address)[0];
  }

  findCarrier(id: number): CarrierRecord | undefined {
    return this.#carriers.get(id);
  }

  /** Trunks of `ip` and `digest+ip` that list the address, the most specific source first. */
  findIpTrunks(address: string): readonly TrunkRecord[] {
    return this.#trunks.findBySource(address);
  }

  /** The enabled carrier that lists one of the names of a client certificate (F-128); of several the oldest. */
  findCarrierBySubject(names: readonly string[]): CarrierRecord | undefined {
    const lists = ({ enabled, routing }: CarrierRecord) =>
      enabled && routing?.tlsSubjects?.some((subject) => names.includes(subject.toLowerCase())) === true;
    return names.length === 0 ? undefined : this.#carrierList.find(lists);
  }

  /** Trunks that list one of the names of a client certificate. */
  findTrunksBySubject(names: readonly string[]): readonly TrunkRecord[] {
    return this.#trunks.findBySubject(names);
  }

  findGroup(id: number): TrunkGroupRecord | undefined {
    return this.#groups.get(id);
  }

  /** All carriers, disabled ones too, by id. */
  carriers(): readonly CarrierRecord[] {
    return this.#carrierList;
  }

  /** The account itself first, then its parent and so on up to the root: the order of ceilings. */
  chain(accountId: number): readonly AccountRecord[] {
    return this.#accounts.chain(accountId);
  }

  /** The accounts above that one, the nearest first. */
  ancestors(accountId: number): readonly AccountRecord[] {
    return this.#accounts.chain(accountId).slice(1);
  }

  /** Whether the account and every account above it are active. */
  isActive(accountId: number): boolean {
    const chain = this.#accounts.chain(accountId);
    for (const { status } of chain) if (status !== 'active') return false;
    return chain.length > 0;
  }

  /** A27: where a DID leads once the defaults up the tree are followed; `undefined` when nobody says. */
  resolveDestination(did: DidRecord): ResolvedDestination | undefined {
    return resolveDestination(did, this.#accounts.chain(did.accountId));
  }

  trunksOf(accountId: number): readonly TrunkRecord[] {
    return this.#trunks.ofAccount(accountId);
  }

  /** All trunks; for metrics and start-up, never for a request. */
  trunks(): IterableIterator<TrunkRecord> {
    return this.#trunks.values();
  }

  /** Up to three DIDs that the digits may have meant, for explanations (P2). */
  nearestDids(digits: string, accountIds?: ReadonlySet<number>): readonly NearDid[] {
    return findNearestDids(digits, (e164) => this.#dids.find(e164), accountIds);
  }

  #applyCarriers(changes: RecordChanges<CarrierRecord>): void {
    if (changes.upserts.length + changes.deletes.length === 0) return;
    for (const id of [...changes.deletes, ...changes.upserts.map((carrier) => carrier.id)]) {
      const old = this.#carriers.get(id);
      if (old === undefined) continue;
      this.#carriers.delete(id);
      this.#carrierSources.remove(old.sources, old);
    }
    for (const carrier of changes.upserts) {
      this.#carriers.set(carrier.id, carrier);
      if (carrier.enabled) this.#carrierSources.add(carrier.sources, carrier);
    }
    this.#carrierList = Object.freeze([...this.#carriers.values()].sort((a, b) => a.id - b.id));
  }

  #clear(): void {
    this.#accounts = new AccountTree();
    this.#trunks = new LayeredTrunks();
    this.#dids = new LayeredDids();
    this.#realms = new Map();
    this.#groups = new Map();
    this.#carriers = new Map();
    this.#carrierSources = new AddressIndex();
    this.#carrierList = [];
  }
}

const NONE: RecordChanges<never> = Object.freeze({ upserts: [], deletes: [] });

interface Index<T> {
  set(record: T): void;
  delete(id: number): void;
}

function applyTo<T>(index: Index<T>, changes: RecordChanges<T>): void {
  for (const id of changes.deletes) index.delete(id);
  for (const record of changes.upserts) index.set(record);
}

/** At once, or as what is shown with the parts that were staged. */
function takeIn<T extends { readonly id: number }>(
  layers: { readonly base: Index<T>; stage(records: readonly T[]): void; show(deletes: readonly number[]): void },
  changes: RecordChanges<T>,
  isStaged: boolean,
): void {
  if (!isStaged) {
    applyTo(layers.base, changes);
    return;
  }
  layers.stage(changes.upserts);
  layers.show(changes.deletes);
}
