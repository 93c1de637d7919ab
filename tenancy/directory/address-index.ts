import ipaddr from 'ipaddr.js';

interface Holder {
  readonly id: number;
}

/** An owner of an address, and how much of the address its source names. */
export interface Ranked<T> {
  readonly owner: T;
  readonly bits: number;
}

/**
 * Source address -> owners. Exact addresses are one Map look-up; ranges are grouped by prefix length, so
 * that the cost grows with the number of distinct lengths in use and never with the number of owners.
 */
export class AddressIndex<T extends Holder> {
  readonly #exact = new Map<string, T[]>();
  /** `v4/24` -> masked address -> owners; kept longest prefix first. */
  readonly #ranges = new Map<string, RangeGroup<T>>();
  #longestFirst: readonly RangeGroup<T>[] = [];

  /** Adds one owner under each of its addresses and CIDR ranges; unreadable ones are skipped. */
  add(sources: readonly string[], owner: T): void {
    for (const source of sources) {
      const parsed = parseSource(source);
      if (parsed === undefined) continue;
      if (parsed.exact) insert(this.#exact, parsed.key, owner);
      else insert(this.#group(parsed.family, parsed.bits).owners, parsed.key, owner);
    }
  }

  remove(sources: readonly string[], owner: T): void {
    for (const source of sources) {
      const parsed = parseSource(source);
      if (parsed === undefined) continue;
      if (parsed.exact) drop(this.#exact, parsed.key, owner);
      else this.#dropRange(parsed.family, parsed.bits, parsed.key, owner);
    }
  }

  /** Owners of that address, the most specific source first, then the lowest id. */
  find(address: string): readonly T[] {
    // Each call asks this, mostly where nobody lists a range: then the address is not taken apart.
    if (this.#longestFirst.length === 0 && PLAIN_IPV4.test(address)) return this.#exact.get(address) ?? NOBODY;
    const canonical = canonicalAddress(address);
    if (canonical === undefined) return [];
    const exact = this.#exact.get(canonical.text) ?? NOBODY;
    if (this.#longestFirst.length === 0) return exact as readonly T[];
    const found = [...(exact as readonly T[])];
    for (const group of this.#longestFirst) {
      if (group.family !== canonical.family) continue;
      for (const owner of group.owners.get(maskedKey(canonical.bytes, group.bits)) ?? NOBODY) {
        if (!found.includes(owner as T)) found.push(owner as T);
      }
    }
    return found;
  }

  /** The same with the length of the source that each was found by, for whoever joins two indexes. */
  rank(address: string): readonly Ranked<T>[] {
    const canonical = canonicalAddress(address);
    if (canonical === undefined) return [];
    const bits = canonical.bytes.length * 8;
    const found = new Map((this.#exact.get(canonical.text) ?? []).map((owner) => [owner.id, { owner, bits }]));
    for (const group of this.#longestFirst) {
      if (group.family !== canonical.family) continue;
      for (const owner of group.owners.get(maskedKey(canonical.bytes, group.bits)) ?? []) {
        if (!found.has(owner.id)) found.set(owner.id, { owner, bits: group.bits });
      }
    }
    return [...found.values()];
  }

  #group(family: Family, bits: number): RangeGroup<T> {
    const name = `${family}/${bits}`;
    let group = this.#ranges.get(name);
    if (group === undefined) {
      group = { family, bits, owners: new Map() };
      this.#ranges.set(name, group);
      this.#sort();
    }
    return group;
  }

  #dropRange(family: Family, bits: number, key: string, owner: T): void {
    const name = `${family}/${bits}`;
    const group = this.#ranges.get(name);
    if (group === undefined) return;
    drop(group.owners, key, owner);
    if (group.owners.size > 0) return;
    this.#ranges.delete(name);
    this.#sort();
  }

  #sort(): void {
    this.#longestFirst = [...this.#ranges.values()].sort((a, b) => b.bits - a.bits);
  }
}

type Family = 'ipv4' | 'ipv6';

interface RangeGroup<T> {
  readonly family: Family;
  readonly bits: number;
  readonly owners: Map<string, T[]>;
}

interface ParsedSource {
  readonly exact: boolean;
  readonly family: Family;
  readonly bits: number;
  readonly key: string;
}

const NOBODY: readonly never[] = [];

/** What has no other spelling; a number above 255 is found nowhere, since nobody's source is read with one. */
const PLAIN_IPV4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/** The one spelling of an address: IPv4-mapped IPv6 becomes IPv4, IPv6 is compressed. */
export function canonicalAddress(
  address: string,
): { readonly text: string; readonly family: Family; readonly bytes: readonly number[] } | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  return { text: parsed.toString(), family: parsed.kind(), bytes: parsed.toByteArray() };
}

/** An address or CIDR range; `undefined` when it is neither. */
export function parseSource(source: string): ParsedSource | undefined {
  if (!source.includes('/')) {
    const address = canonicalAddress(source);
    if (address === undefined) return undefined;
    return { exact: true, family: address.family, bits: address.bytes.length * 8, key: address.text };
  }
  if (!ipaddr.isValidCIDR(source)) return undefined;
  const [base, prefix] = ipaddr.parseCIDR(source);
  const mapped = base.kind() === 'ipv6' && (base as ipaddr.IPv6).isIPv4MappedAddress() && prefix >= 96;
  const network = mapped ? (base as ipaddr.IPv6).toIPv4Address() : base;
  const bits = mapped ? prefix - 96 : prefix;
  const bytes = network.toByteArray();
  const full = bits === bytes.length * 8;
  const key = full ? network.toString() : maskedKey(bytes, bits);
  return { exact: full, family: network.kind(), bits, key };
}

function maskedKey(bytes: readonly number[], bits: number): string {
  const whole = bits >> 3;
  let key = '';
  for (let i = 0; i < whole; i++) key += `${bytes[i]}.`;
  const rest = bits & 7;
  if (rest > 0) key += (bytes[whole] ?? 0) & (0xff << (8 - rest));
  return key;
}

function insert<T extends Holder>(map: Map<string, T[]>, key: string, owner: T): void {
  const owners = map.get(key);
  if (owners === undefined) {
    map.set(key, [owner]);
    return;
  }
  const at = owners.findIndex((other) => other.id >= owner.id);
  if (at === -1) owners.push(owner);
  else owners.splice(at, owners[at]?.id === owner.id ? 1 : 0, owner);
}

function drop<T extends Holder>(map: Map<string, T[]>, key: string, owner: T): void {
  const left = map.get(key)?.filter((other) => other.id !== owner.id);
  if (left === undefined) return;
  if (left.length === 0) map.delete(key);
  else map.set(key, left);
}
