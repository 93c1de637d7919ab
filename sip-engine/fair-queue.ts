interface Own<T> {
  readonly items: T[];
  /** Since when there has always been one. */
  readonly sinceMs: number;
}

/** What waits, by whom it is: each in its order, and whose turn it is goes round. */
export class FairQueue<T> {
  readonly #byOwner = new Map<string, Own<T>>();
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
    return this.#byOwner.get(owner)?.items.length ?? 0;
  }

  /** Since when the owner has always had something waiting, in the time that `put` was given (ms). */
  standsSinceMs(owner: string): number | undefined {
    return this.#byOwner.get(owner)?.sinceMs;
  }

  put(owner: string, item: T, nowMs: number): void {
    const own = this.#byOwner.get(owner);
    this.#size += 1;
    if (own !== undefined) {
      own.items.push(item);
      return;
    }
    this.#byOwner.set(owner, { items: [item], sinceMs: nowMs });
    this.#turns.push(owner);
  }

  /** The next that is still good, whoever waits with most; what is no longer costs nobody a turn. */
  take(isGood: (item: T, standsSinceMs: number) => boolean): T | undefined {
    for (let owner = this.#turns.shift(); owner !== undefined; owner = this.#turns.shift()) {
      const own = this.#byOwner.get(owner);
      const item = own && this.#firstGood(own, isGood);
      if (own === undefined || own.items.length === 0) this.#byOwner.delete(owner);
      else this.#turns.push(owner);
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /** What has waited longest of one owner. */
  oldest(owner: string): T | undefined {
    return this.#byOwner.get(owner)?.items[0];
  }

  clear(): void {
    this.#byOwner.clear();
    this.#turns.length = 0;
    this.#size = 0;
  }

  #firstGood({ items, sinceMs }: Own<T>, isGood: (item: T, standsSinceMs: number) => boolean): T | undefined {
    for (let item = items.shift(); item !== undefined; item = items.shift()) {
      this.#size -= 1;
      if (isGood(item, sinceMs)) return item;
    }
    return undefined;
  }
}
