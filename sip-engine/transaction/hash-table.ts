import type { Hash } from './ring-places.ts';

/** Places at the start: a power of two, and twice as many whenever half of them are taken. */
const LEAST_PLACES = 64;
/** Of the table before, so many places are emptied with each that is added: all, long before the next one is half full. */
const MOVED_AT_ONCE = 8;
/** So many places are looked at for one that is taken. */
const LOOKED_AT = 8;

/**
 * What comes and goes all the time, by hashes (KeyHash). A Map of texts has to put each text together, hash it again and
 * keep it, and is given a new table over and over, of which the old ones lead to the new ones and all that they hold:
 * here are numbers in columns with open addressing, and values that are gone once they are taken out.
 *
 * A larger table takes over step by step, since to move 100,000 at once would hold up everything for tens of milliseconds.
 */
export class HashTable<V extends object> {
  #table = new Places<V>(LEAST_PLACES);
  /** What is left of the smaller one before it. */
  #leaving: Places<V> | undefined;

  get size(): number {
    return this.#table.size + (this.#leaving?.size ?? 0);
  }

  get({ high, low }: Hash): V | undefined {
    const value = this.#table.get(high, low);
    return value === undefined && this.#leaving !== undefined ? this.#leaving.get(high, low) : value;
  }

  set({ high, low }: Hash, value: V): void {
    if (this.#leaving !== undefined) this.#moveSome(this.#leaving, high, low);
    else if (this.#table.isFull) {
      this.#leaving = this.#table;
      this.#table = new Places(this.#leaving.length * 2);
      this.#leaving.delete(high, low);
    }
    this.#table.set(high, low, value);
  }

  delete({ high, low }: Hash): boolean {
    if (this.#table.delete(high, low)) return true;
    const isDeleted = this.#leaving?.delete(high, low) === true;
    if (this.#leaving?.size === 0) this.#leaving = undefined;
    return isDeleted;
  }

  /** All that are in it now; later changes do not show. */
  values(): V[] {
    return [...this.#table.values(), ...(this.#leaving?.values() ?? [])];
  }

  /** What is set next is not left behind, too. */
  #moveSome(leaving: Places<V>, high: number, low: number): void {
    leaving.delete(high, low);
    for (let moved = 0; moved < MOVED_AT_ONCE && leaving.size > 0; moved++) leaving.moveNextTo(this.#table);
    if (leaving.size === 0) this.#leaving = undefined;
  }
}

class Places<V extends object> {
  readonly length: number;
  readonly #mask: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #values: (V | undefined)[];
  #size = 0;
  /** All places before this one have been emptied for good. */
  #moved = 0;

  constructor(length: number) {
    this.length = length;
    this.#mask = length - 1;
    this.#high = new Int32Array(length);
    this.#low = new Int32Array(length);
    this.#values = new Array<V | undefined>(length).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size * 2 >= this.length;
  }

  get(high: number, low: number): V | undefined {
    return this.#values[this.#place(high, low)];
  }

  set(high: number, low: number, value: V): void {
    const place = this.#place(high, low);
    if (this.#values[place] === undefined) this.#size += 1;
    this.#high[place] = high;
    this.#low[place] = low;
    this.#values[place] = value;
  }

  delete(high: number, low: number): boolean {
    const place = this.#place(high, low);
    if (this.#values[place] === undefined) return false;
    this.#size -= 1;
    this.#close(place);
    return true;
  }

  values(): V[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Empties the first place that is taken, or looks at some that are not. */
  moveNextTo(other: Places<V>): void {
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const place = this.#moved;
      const value = this.#values[place];
      if (value !== undefined) {
        other.set(this.#high[place] ?? 0, this.#low[place] ?? 0, value);
        this.#size -= 1;
        // One behind it may move up to this place.
        this.#close(place);
        return;
      }
      this.#moved = (place + 1) & this.#mask;
    }
  }

  /** Where it is, or where it would be. */
  #place(high: number, low: number): number {
    let place = low & this.#mask;
    while (this.#values[place] !== undefined && (this.#low[place] !== low || this.#high[place] !== high))
      place = (place + 1) & this.#mask;
    return place;
  }

  /** Empties a place; those behind it that had to give way to it move up. */
  #close(emptied: number): void {
    let hole = emptied;
    for (let place = (hole + 1) & this.#mask; this.#values[place] !== undefined; place = (place + 1) & this.#mask) {
      const wanted = (this.#low[place] ?? 0) & this.#mask;
      // It stays where the hole lies before the place it wants.
      if (((place - wanted) & this.#mask) < ((place - hole) & this.#mask)) continue;
      this.#high[hole] = this.#high[place] ?? 0;
      this.#low[hole] = this.#low[place] ?? 0;
      this.#values[hole] = this.#values[place];
      hole = place;
    }
    this.#values[hole] = undefined;
  }
}
