/** What waits, by whom it is: each in its order, and whose turn it is goes round. */
export class FairQueue<T> {
  readonly #byOwner = new Map<string, T[]>();
  /** Owners of what waits, whose turn it is first. */
  readonly #turns: string[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many have something waiting. */
  get owners(): number {
    return this.#turns.length;
  }

  countOf(owner: string): number {
    return this.#byOwner.get(owner)?.length ?? 0;
  }

  put(owner: string, item: T): void {
    const own = this.#byOwner.get(owner);
    this.#size += 1;
    if (own !== undefined) {
      own.push(item);
      return;
    }
    this.#byOwner.set(owner, [item]);
    this.#turns.push(owner);
  }

  /** The next that is still good, whoever waits with most; what is no longer costs nobody a turn. */
  take(isGood: (item: T) => boolean): T | undefined {
    for (let owner = this.#turns.shift(); owner !== undefined; owner = this.#turns.shift()) {
      const own = this.#byOwner.get(owner);
      const item = own && this.#firstGood(own, isGood);
      if (own === undefined || own.length === 0) this.#byOwner.delete(owner);
      else this.#turns.push(owner);
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /** What has waited longest of one owner. */
  oldest(owner: string): T | undefined {
    return this.#byOwner.get(owner)?.[0];
  }

  clear(): void {
    this.#byOwner.clear();
    this.#turns.length = 0;
    this.#size = 0;
  }

  #firstGood(items: T[], isGood: (item: T) => boolean): T | undefined {
    for (let item = items.shift(); item !== undefined; item = items.shift()) {
      this.#size -= 1;
      if (isGood(item)) return item;
    }
    return undefined;
  }
}
