import { SharedLock } from './shared-lock.ts';

/** What one ceiling is kept under: two words, the second never 0. */
export interface PlaceKey {
  readonly low: number;
  readonly high: number;
}

/** Words of a slot: the two of its key and the count. */
const SLOT = 3;
const HIGH = 1;
const COUNT = 2;
/** Word of the head, behind the lock. */
const TAKEN = 1;
/** Ceilings that live calls may stand under at a time: some 30,000 calls of tenants that share nothing. */
const DEFAULT_SLOTS = 0x4_0000;

/** Memory for the places of one server, to be given to each of its threads. */
export interface SharedPlacesMemory {
  readonly lock: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
}

/** @param slots a power of two */
export function createSharedPlaces(slots = DEFAULT_SLOTS): SharedPlacesMemory {
  return { lock: new SharedArrayBuffer(8), slots: new SharedArrayBuffer(slots * SLOT * 4) };
}

/**
 * Places taken under each ceiling, in memory that all SIP threads see. Open addressing with linear probing; a ceiling
 * under which nobody stands leaves the table, so that it grows with the calls that are up and not with the tenants.
 */
export class SharedPlaces {
  readonly #lock: SharedLock;
  /** The lock's word, and how many slots are taken. */
  readonly #head: Int32Array<SharedArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #mask: number;

  constructor({ lock, slots }: SharedPlacesMemory) {
    this.#head = new Int32Array(lock);
    this.#lock = new SharedLock(this.#head);
    this.#words = new Int32Array(slots);
    this.#mask = this.#words.length / SLOT - 1;
  }

  /** Nobody else sees what happens in between. */
  together<T>(work: () => T): T {
    return this.#lock.run(work);
  }

  /** Inside `together`. */
  count(key: PlaceKey): number {
    return this.#words[this.#find(key) * SLOT + COUNT] ?? 0;
  }

  /**
   * Inside `together`, before so many ceilings are changed: one slot stays free, where searches end.
   * @throws RangeError when there may be no room
   */
  needRoom(ceilings: number): void {
    if ((this.#head[TAKEN] ?? 0) + ceilings > this.#mask)
      throw new RangeError('more ceilings are in use than there is shared memory for');
  }

  /** Inside `together`. */
  change(key: PlaceKey, by: number): void {
    const slot = this.#find(key);
    const at = slot * SLOT;
    const count = (this.#words[at + COUNT] ?? 0) + by;
    if (count === 0) {
      this.#remove(slot);
      return;
    }
    if (this.#words[at + HIGH] === 0) this.#head[TAKEN] = (this.#head[TAKEN] ?? 0) + 1;
    this.#words[at] = key.low;
    this.#words[at + HIGH] = key.high;
    this.#words[at + COUNT] = count;
  }

  /** The slot of that key, or the free one where it belongs. */
  #find({ low, high }: PlaceKey): number {
    for (let slot = this.#homeOf(low, high); ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT;
      if (this.#words[at + HIGH] === 0 || (this.#words[at] === low && this.#words[at + HIGH] === high)) return slot;
    }
  }

  /** What stands behind it and could be nearer to where it belongs moves up, so that no search ends too early. */
  #remove(slot: number): void {
    this.#head[TAKEN] = (this.#head[TAKEN] ?? 0) - 1;
    let gap = slot;
    for (let next = (slot + 1) & this.#mask; ; next = (next + 1) & this.#mask) {
      const at = next * SLOT;
      const high = this.#words[at + HIGH] ?? 0;
      if (high === 0) break;
      const home = this.#homeOf(this.#words[at] ?? 0, high);
      if (((next - home) & this.#mask) < ((next - gap) & this.#mask)) continue;
      this.#words.copyWithin(gap * SLOT, at, at + SLOT);
      gap = next;
    }
    this.#words.fill(0, gap * SLOT, gap * SLOT + SLOT);
  }

  #homeOf(low: number, high: number): number {
    const mixed = Math.imul(low ^ Math.imul(high, 0x9e37_79b1), 0x85eb_ca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}
