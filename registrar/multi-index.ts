/** What an index is kept in: a Map, or a `TrunkTable`. */
interface Table<K, V> {
  readonly size: number;
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
}

/** Key to values; a key with one value, nearly all of them, costs no Set. */
export class MultiIndex<K, V extends object> {
  readonly #map: Table<K, V | Set<V>>;

  constructor(table: Table<K, V | Set<V>> = new Map()) {
    this.#map = table;
  }

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
}
