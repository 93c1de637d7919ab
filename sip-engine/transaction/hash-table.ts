import type { Hash } from './ring-places.ts';

/** Places at the start: a power of two, and twice as many whenever half of them are taken. */
const LEAST_PLACES = 64;

/**
 * What comes and goes all the time, by hashes (KeyHash). A Map of texts has to put each text together, hash it again and
 * keep it, and is given a new table over and over, of which the old ones lead to the new ones and all that they hold:
 * here are numbers in columns with open addressing, and values that are gone once they are taken out.
 */
export class HashTable<V extends object> {
  #high = new Int32Array(LEAST_PLACES);
  #low = new Int32Array(LEAST_PLACES);
  #values = emptied<V>(LEAST_PLACES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get({ high, low }: Hash): V | undefined {
    return this.#values[this.#place(high, low)];
  }

  set({ high, low }: Hash, value: V): void {
    if (this.#size * 2 >= this.#values.length) this.#grow();
    const place = this.#place(high, low);
    if (this.#values[place] === undefined) this.#size += 1;
    this.#high[place] = high;
    this.#low[place] = low;
    this.#values[place] = value;
  }

  delete({ high, low }: Hash): boolean {
    const place = this.#place(high, low);
    if (this.#values[place] === undefined) return false;
    this.#size -= 1;
    this.#close(place);
    return true;
  }

  /** All that are in it now; later changes do not show. */
  values(): V[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Where it is, or where it would be. */
  #place(high: number, low: number): number {
    const mask = this.#values.length - 1;
    let place = low & mask;
    while (this.#values[place] !== undefined && (this.#low[place] !== low || this.#high[place] !== high))
      place = (place + 1) & mask;
    return place;
  }

  /** Empties a place; those behind it that had to give way to it move up. */
  #close(emptied: number): void {
    const mask = this.#values.length - 1;
    let hole = emptied;
    for (let place = (hole + 1) & mask; this.#values[place] !== undefined; place = (place + 1) & mask) {
      const wanted = (this.#low[place] ?? 0) & mask;
      // It stays where the hole lies before the place it wants.
      if (((place - wanted) & mask) < ((place - hole) & mask)) continue;
      this.#high[hole] = this.#high[place] ?? 0;
      this.#low[hole] = this.#low[place] ?? 0;
      this.#values[hole] = this.#values[place];
      hole = place;
    }
    this.#values[hole] = undefined;
  }

  #grow(): void {
    const [high, low, values] = [this.#high, this.#low, this.#values];
    const length = values.length * 2;
    this.#high = new Int32Array(length);
    this.#low = new Int32Array(length);
    this.#values = emptied(length);
    this.#size = 0;
    for (const [place, value] of values.entries()) {
      if (value !== undefined) this.set({ high: high[place] ?? 0, low: low[place] ?? 0 }, value);
    }
  }
}

function emptied<V>(length: number): (V | undefined)[] {
  return new Array<V | undefined>(length).fill(undefined);
}
