/** Places at a time, at most; the rest of an id tells those apart that had the place one after the other. */
const PLACES = 2 ** 20;
/** So that ids remain exact integers. */
const TURNS = 2 ** 32;

/**
 * What comes and goes thousands of times a second, by ids given here. A Map that is churned so makes itself a new table
 * again and again, and its old one leads to the new one with all that it held: once one of them is old, all that follow,
 * and what was in them, live until the whole heap is collected. Here places are used again and emptied at once.
 */
export class SlotTable<T extends object> {
  readonly #values: (T | undefined)[] = [];
  readonly #ids: number[] = [];
  readonly #free: number[] = [];
  #turn = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Puts in what is made for its id. */
  add(make: (id: number) => T): T {
    const place = this.#free.at(-1) ?? this.#values.length;
    this.#turn = (this.#turn + 1) % TURNS;
    const id = this.#turn * PLACES + place;
    const value = make(id);
    // Only now: what could not be made takes no place.
    this.#free.pop();
    this.#values[place] = value;
    this.#ids[place] = id;
    this.#size += 1;
    return value;
  }

  get(id: number): T | undefined {
    const place = id % PLACES;
    return this.#ids[place] === id ? this.#values[place] : undefined;
  }

  delete(id: number): boolean {
    const place = id % PLACES;
    if (this.#ids[place] !== id || this.#values[place] === undefined) return false;
    this.#values[place] = undefined;
    this.#free.push(place);
    this.#size -= 1;
    return true;
  }

  /** All that are in it; while they are walked any may go. */
  *values(): IterableIterator<T> {
    for (let place = 0; place < this.#values.length; place += 1) {
      const value = this.#values[place];
      if (value !== undefined) yield value;
    }
  }
}
