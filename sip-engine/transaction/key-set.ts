/** Places at the start: a power of two. A table half of whose places are taken is followed by one of twice the size. */
const LEAST_PLACES = 256;

/**
 * A set of hashes (KeyHash) that makes no object of what is in it: columns with open addressing. What is in it stays where
 * it is: to move 100,000 to a larger table would hold up everything for tens of milliseconds.
 */
export class KeySet {
  #largest = new KeyTable(LEAST_PLACES);
  #smaller: readonly KeyTable[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(high: number, low: number): boolean {
    if (this.#largest.has(high, low)) return true;
    for (const table of this.#smaller) if (table.has(high, low)) return true;
    return false;
  }

  add(high: number, low: number): void {
    if (this.has(high, low)) return;
    if (this.#largest.isFull) {
      this.#smaller = [this.#largest, ...this.#smaller];
      this.#largest = new KeyTable(this.#largest.places * 2);
    }
    this.#largest.add(high, low);
    this.#size += 1;
  }

  /** Empties it; its room stays, so that as many as were in it find theirs in one table. */
  clear(): void {
    if (this.#smaller.length > 0) this.#largest = new KeyTable(this.#largest.places * 2);
    else this.#largest.clear();
    this.#smaller = [];
    this.#size = 0;
  }
}

class KeyTable {
  readonly places: number;
  readonly #mask: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #isTaken: Uint8Array;
  #size = 0;

  constructor(places: number) {
    this.places = places;
    this.#mask = places - 1;
    this.#high = new Int32Array(places);
    this.#low = new Int32Array(places);
    this.#isTaken = new Uint8Array(places);
  }

  get isFull(): boolean {
    return this.#size * 2 >= this.places;
  }

  has(high: number, low: number): boolean {
    return this.#isTaken[this.#place(high, low)] === 1;
  }

  add(high: number, low: number): void {
    const place = this.#place(high, low);
    this.#high[place] = high;
    this.#low[place] = low;
    this.#isTaken[place] = 1;
    this.#size += 1;
  }

  clear(): void {
    this.#isTaken.fill(0);
    this.#size = 0;
  }

  /** Where it is, or where it would be. */
  #place(high: number, low: number): number {
    let place = low & this.#mask;
    while (this.#isTaken[place] === 1 && (this.#low[place] !== low || this.#high[place] !== high))
      place = (place + 1) & this.#mask;
    return place;
  }
}
