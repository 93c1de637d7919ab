import type { TrunkRecord } from '../../bus/index.ts';
import { AddressIndex, type Ranked } from './address-index.ts';

/** Trunks by id, by uuid, by (username, realm), by account, by source address and by name in a client certificate. */
export class TrunkIndex {
  readonly #byId = new Map<number, TrunkRecord>();
  readonly #byUuid = new Map<string, TrunkRecord>();
  /** realm -> username -> trunk; two Maps, so that a look-up builds no key. */
  readonly #byRealm = new Map<string, Map<string, TrunkRecord>>();
  readonly #byAccount = new Map<number, Map<number, TrunkRecord>>();
  readonly #bySource = new AddressIndex<TrunkRecord>();
  readonly #bySubject = new Map<string, Map<number, TrunkRecord>>();

  get size(): number {
    return this.#byId.size;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  get(id: number): TrunkRecord | undefined {
    return this.#byId.get(id);
  }

  values(): IterableIterator<TrunkRecord> {
    return this.#byId.values();
  }

  findByUuid(uuid: string): TrunkRecord | undefined {
    return this.#byUuid.get(uuid);
  }

  findCredential(username: string, realm: string): TrunkRecord | undefined {
    return this.#byRealm.get(realm)?.get(username);
  }

  findBySource(address: string): readonly TrunkRecord[] {
    return this.#bySource.find(address);
  }

  rankBySource(address: string): readonly Ranked<TrunkRecord>[] {
    return this.#bySource.rank(address);
  }

  /** Trunks that list one of the names of a client certificate (F-128), by id. */
  findBySubject(names: readonly string[]): readonly TrunkRecord[] {
    const found = new Map(names.flatMap((name) => [...(this.#bySubject.get(name) ?? [])]));
    return [...found.values()].sort((a, b) => a.id - b.id);
  }

  ofAccount(accountId: number): readonly TrunkRecord[] {
    const trunks = this.#byAccount.get(accountId);
    return trunks === undefined ? [] : [...trunks.values()];
  }

  set(trunk: TrunkRecord): void {
    this.delete(trunk.id);
    this.#byId.set(trunk.id, trunk);
    this.#byUuid.set(trunk.uuid, trunk);
    inner(this.#byRealm, trunk.realm.toLowerCase()).set(trunk.username, trunk);
    inner(this.#byAccount, trunk.accountId).set(trunk.id, trunk);
    if (trunk.authType !== 'digest') this.#bySource.add(trunk.sources, trunk);
    for (const name of subjectsOf(trunk)) inner(this.#bySubject, name).set(trunk.id, trunk);
  }

  delete(id: number): void {
    const old = this.#byId.get(id);
    if (old === undefined) return;
    this.#byId.delete(id);
    this.#byUuid.delete(old.uuid);
    const realm = old.realm.toLowerCase();
    // A name that moved to another trunk in the same delta keeps its new owner.
    if (this.findCredential(old.username, realm)?.id === id) removeInner(this.#byRealm, realm, old.username);
    removeInner(this.#byAccount, old.accountId, id);
    if (old.authType !== 'digest') this.#bySource.remove(old.sources, old);
    for (const name of subjectsOf(old)) removeInner(this.#bySubject, name, id);
  }
}

function subjectsOf(trunk: TrunkRecord): readonly string[] {
  return trunk.routing?.tlsSubjects?.map((name) => name.toLowerCase()) ?? [];
}

function inner<K, L, V>(outer: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let map = outer.get(key);
  if (map === undefined) {
    map = new Map();
    outer.set(key, map);
  }
  return map;
}

function removeInner<K, L, V>(outer: Map<K, Map<L, V>>, key: K, innerKey: L): void {
  const map = outer.get(key);
  map?.delete(innerKey);
  if (map?.size === 0) outer.delete(key);
}
