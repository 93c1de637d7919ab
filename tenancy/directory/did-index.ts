import type { DidRecord } from '../../bus/index.ts';
import { PackedDids } from './packed-dids.ts';

/**
 * E.164 number -> DID, blocks included, at a cost that does not depend on how many there are.
 * A block is cut into whole decades ("+3120100" and any two digits); level k holds the prefixes that are
 * followed by exactly k free digits, so a look-up tries at most as many Maps as there are levels in use. Those that come
 * in great numbers are packed, if there is nothing special about them.
 */
export class DidIndex {
  readonly #levels: Map<string, DidRecord>[] = [new Map()];
  readonly #byId = new Map<number, DidRecord>();
  readonly #packed = new PackedDids();

  get size(): number {
    return this.#byId.size + this.#packed.size;
  }

  has(id: number): boolean {
    return this.#byId.has(id) || this.#packed.has(id);
  }

  get(id: number): DidRecord | undefined {
    return this.#byId.get(id) ?? this.#packed.get(id);
  }

  *values(): IterableIterator<DidRecord> {
    yield* this.#byId.values();
    yield* this.#packed.values();
  }

  /** The DID that a number, written in E.164 with `+`, belongs to. */
  find(e164: string): DidRecord | undefined {
    const exact = this.#levels[0]?.get(e164) ?? this.#packed.find(e164);
    if (exact !== undefined) return exact;
    for (let level = 1; level < this.#levels.length; level++) {
      const hit = this.#levels[level]?.get(e164.slice(0, -level));
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  set(did: DidRecord): void {
    this.delete(did.id);
    this.#byId.set(did.id, did);
    for (const { prefix, level } of coverBlock(did.number, did.blockSize)) this.#level(level).set(prefix, did);
  }

  /** As `set`, of one of many: what is given for it later says the same, but is a record of its own. */
  pack(did: DidRecord): void {
    this.delete(did.id);
    if (!this.#packed.add(did)) this.set(did);
  }

  delete(id: number): void {
    if (this.#packed.delete(id)) return;
    const did = this.#byId.get(id);
    if (did === undefined) return;
    this.#byId.delete(id);
    for (const { prefix, level } of coverBlock(did.number, did.blockSize)) {
      // A number that moved to another row in the same delta keeps its new owner.
      if (this.#levels[level]?.get(prefix)?.id === id) this.#levels[level]?.delete(prefix);
    }
  }

  #level(level: number): Map<string, DidRecord> {
    while (this.#levels.length <= level) this.#levels.push(new Map());
    return this.#levels[level] as Map<string, DidRecord>;
  }
}

interface Cover {
  readonly prefix: string;
  /** How many free digits follow the prefix. */
  readonly level: number;
}

/** The fewest decimal prefixes that name exactly the numbers of a block. */
function coverBlock(number: string, size: number): readonly Cover[] {
  if (size === 1) return [{ prefix: number, level: 0 }];
  const covers: Cover[] = [];
  let next = Number(number.slice(1));
  const end = next + size;
  while (next < end) {
    let level = 0;
    while (next % 10 ** (level + 1) === 0 && next + 10 ** (level + 1) <= end) level++;
    const digits = String(next);
    covers.push({ prefix: `+${digits.slice(0, digits.length - level)}`, level });
    next += 10 ** level;
  }
  return covers;
}
