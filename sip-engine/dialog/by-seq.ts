interface Entry<T> {
  readonly seq: number;
  readonly value: T;
}

/** Values by CSeq number, in the order they were put in: nearly always none or one, for which a Map is ten times as large. */
export class BySeq<T> {
  #entries: readonly Entry<T>[] = NONE;

  get(seq: number): T | undefined {
    for (const entry of this.#entries) if (entry.seq === seq) return entry.value;
    return undefined;
  }

  set(seq: number, value: T): void {
    this.delete(seq);
    this.#entries = this.#entries.length === 0 ? [{ seq, value }] : [...this.#entries, { seq, value }];
  }

  delete(seq: number): void {
    this.keep((other) => other !== seq);
  }

  /** Deletes all that do not pass. */
  keep(test: (seq: number) => boolean): void {
    if (this.#entries.length > 0) this.#entries = this.#entries.filter((entry) => test(entry.seq));
  }

  entries(): readonly Entry<T>[] {
    return this.#entries;
  }
}

const NONE: readonly [] = Object.freeze([]);
