/**
 * A Map for values that come and go all the time. V8 gives a Map a new table whenever the old one is full of what was
 * deleted, and leaves in the old one both its entries and a pointer to its successor. Once a table has grown old, every
 * later one, and each value that was in any of them when it was replaced, lives until the whole heap is collected: a
 * call, seen from one Map, is the whole call. So the tables hold numbers here, and the values stand in cells that are
 * emptied.
 */
export class ShortLivedMap<V> {
  readonly #slots = new Map<string, number>();
  readonly #values: (V | undefined)[] = [];
  /** Cells that are empty. There are never more cells than there were values at one time. */
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.size;
  }

  get(key: string): V | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  has(key: string): boolean {
    return this.#slots.has(key);
  }

  set(key: string, value: V): void {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#values.length;
      this.#slots.set(key, slot);
    }
    this.#values[slot] = value;
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#slots.delete(key);
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  /** What is there now, in the order of its coming; later changes do not show. */
  values(): V[] {
    return Array.from(this.#slots.values(), (slot) => this.#values[slot] as V);
  }
}
