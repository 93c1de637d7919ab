/**
 * A Map for what comes and goes with calls. V8 keeps the tables that a Map had before, with all that was in them, until
 * the whole heap is collected; so its values stand in places that are emptied when they are deleted.
 */
export class EmptiedMap<V extends object> {
  readonly #places = new Map<string, { value: V | undefined }>();

  get size(): number {
    return this.#places.size;
  }

  get(key: string): V | undefined {
    return this.#places.get(key)?.value;
  }

  set(key: string, value: V): void {
    const place = this.#places.get(key);
    if (place === undefined) this.#places.set(key, { value });
    else place.value = value;
  }

  /** @returns what was there */
  delete(key: string): V | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const { value } = place;
    this.#places.delete(key);
    place.value = undefined;
    return value;
  }

  /** What is there now, in the order of its coming. */
  values(): readonly V[] {
    return Array.from(this.#places.values()).flatMap(({ value }) => value ?? []);
  }
}
