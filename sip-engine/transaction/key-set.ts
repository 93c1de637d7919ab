/** Places at the start: a power of two, and twice as many whenever half of them are taken. */
const LEAST_PLACES = 256;

/** A set of hashes (KeyHash) that makes no object of what is in it: columns with open addressing. */
export class KeySet {
  #high = new Int32Array(LEAST_PLACES);
  #low = new Int32Array(LEAST_PLACES);
  #isTaken = new Uint8Array(LEAST_PLACES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(high: number, low: number): boolean {
    return this.#isTaken[this.#place(high, low)] === 1;
  }

  add(high: number, low: number): void {
    if (this.#size * 2 >= this.#low.length) this.#grow();
    const place = this.#place(high, low);
    if (this.#isTaken[place] === 1) return;
    this.#high[place] = high;
    this.#low[place] = low;
    this.#isTaken[place] = 1;
    this.#size += 1;
  }

  /** Where it is, or where it would be. */
  #place(high: number, low: number): number {
    const mask = this.#low.length - 1;
    let place = low & mask;
    while (this.#isTaken[place] === 1 && (this.#low[place] !== low || this.#high[place] !== high))
      place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [high, low, isTaken] = [this.#high, this.#low, this.#isTaken];
    const length = low.length * 2;
    this.#high = new Int32Array(length);
    this.#low = new Int32Array(length);
    this.#isTaken = new Uint8Array(length);
    this.#size = 0;
    for (const [place, taken] of isTaken.entries()) if (taken === 1) this.add(high[place] ?? 0, low[place] ?? 0);
  }
}
