interface Entry<T> {
  readonly seq: number;
  readonly value: T;
}

/** A list of more would be copied with each that comes, and there may be as many as a peer likes. */
const MOST_IN_LIST = 8;

/**
 * Values by CSeq number, in the order they were put in: nearly always none or one, for which a Map is ten times as large;
 * a Map once they are many.
 */
export class BySeq<T> {
  #few: readonly Entry<T>[] = NONE;
  #many: Map<number, T> | undefined;

  get(seq: number): T | undefined {
    if (this.#many !== undefined) return this.#many.get(seq);
    for (const entry of this.#few) if (entry.seq === seq) return entry.value;
    return undefined;
  }

  set(seq: number, value: T): void {
    this.delete(seq);
    if (this.#many === undefined && this.#few.length < MOST_IN_LIST) {
      this.#few = this.#few.length === 0 ? [{ seq, value }] : [...this.#few, { seq, value }];
      return;
    }
    this.#many ??= new Map(this.#few.map((entry) => [entry.seq, entry.value]));
    this.#many.set(seq, value);
    this.#few = NONE;
  }

  delete(seq: number): void {
    if (this.#many !== undefined) this.#many.delete(seq);
    else if (this.#few.length > 0) this.#few = this.#few.filter((entry) => entry.seq !== seq);
  }

  /** Deletes all that do not pass. */
  keep(test: (seq: number) => boolean): void {
    for (const { seq } of this.entries()) if (!test(seq)) this.delete(seq);
  }

  entries(): readonly Entry<T>[] {
    return this.#many === undefined ? this.#few : Array.from(this.#many, ([seq, value]) => ({ seq, value }));
  }
}

const NONE: readonly [] = Object.freeze([]);
