/** Key to values; a key with one value, nearly all of them, costs no Set. */
export class MultiIndex<K, V extends object> {
  readonly #map = new Map<K, V | Set<V>>();

  get size(): number {
    return this.#map.size;
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  /** The values of that key in the order they came. */
  get(key: K): readonly V[] {
    const held = this.#map.get(key);
    if (held === undefined) return [];
    return held instanceof Set ? [...held] : [held];
  }

  /** The value of that key when it has exactly one; makes no list. */
  single(key: K): V | undefined {
    const held = this.#map.get(key);
    return held instanceof Set ? undefined : held;
  }

  add(key: K, value: V): void {
    const held = this.#map.get(key);
    if (held === undefined) this.#map.set(key, value);
    else if (held instanceof Set) held.add(value);
    else if (held !== value) this.#map.set(key, new Set([held, value]));
  }

  delete(key: K, value: V): void {
    const held = this.#map.get(key);
    if (held === value) this.#map.delete(key);
    if (!(held instanceof Set)) return;
    held.delete(value);
    const [last] = held;
    if (held.size === 1 && last !== undefined) this.#map.set(key, last);
  }

  keys(): IterableIterator<K> {
    return this.#map.keys();
  }
}
