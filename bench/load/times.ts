const CHUNK = 1 << 15;

/** Numbers, one after the other, outside the heap: a generator must not wait for its own garbage. */
export class Times {
  readonly #chunks: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length % CHUNK;
    if (at === 0) this.#chunks.push(new Float64Array(CHUNK));
    const last = this.#chunks.at(-1);
    if (last !== undefined) last[at] = value;
    this.#length++;
  }

  at(index: number): number {
    return this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK] ?? Number.NaN;
  }

  /** Those whose place is wanted, in order. */
  sorted(isWanted: (index: number) => boolean): Float64Array {
    const all = new Float64Array(this.#length);
    let count = 0;
    for (let index = 0; index < all.length; index++) if (isWanted(index)) all[count++] = this.at(index);
    return all.subarray(0, count).sort();
  }
}
