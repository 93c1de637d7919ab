/** Rows, numbered from 1, that hang together in chains. */
export interface ChainedRows {
  hash(row: number): number;
  /** The next row of its chain; 0 behind the last. */
  next(row: number): number;
  link(row: number, next: number): void;
}

const FEWEST = 64;

/**
 * Buckets of rows by their hash that grow by one bucket at a time (linear hashing): a table that doubles would hold SIP up
 * for as long as a million rows take to find their new places.
 */
export class RowBuckets {
  readonly #rows: ChainedRows;
  #heads = new Int32Array(FEWEST);
  #buckets = FEWEST;
  /** The largest power of two of which there are buckets. */
  #power = FEWEST;
  #size = 0;

  constructor(rows: ChainedRows) {
    this.#rows = rows;
  }

  /** Of the rows that may have this hash; 0 when there is none. */
  first(hash: number): number {
    return this.#heads[this.#bucketOf(hash)] ?? 0;
  }

  /** Before the others of its bucket. */
  add(row: number): void {
    this.#size += 1;
    if (this.#size > this.#buckets) this.#grow();
    const bucket = this.#bucketOf(this.#rows.hash(row));
    this.#rows.link(row, this.#heads[bucket] ?? 0);
    this.#heads[bucket] = row;
  }

  /** A row that is there. */
  remove(row: number): void {
    this.#size -= 1;
    const bucket = this.#bucketOf(this.#rows.hash(row));
    const after = this.#rows.next(row);
    if (this.#heads[bucket] === row) {
      this.#heads[bucket] = after;
      return;
    }
    let before = this.#heads[bucket] ?? 0;
    while (this.#rows.next(before) !== row) before = this.#rows.next(before);
    this.#rows.link(before, after);
  }

  #bucketOf(hash: number): number {
    const bucket = hash & (2 * this.#power - 1);
    return bucket < this.#buckets ? bucket : bucket - this.#power;
  }

  /** One bucket more, which takes its rows from the one whose hashes end alike; their order stays. */
  #grow(): void {
    const [from, to] = [this.#buckets - this.#power, this.#buckets];
    if (to === this.#heads.length) {
      const heads = new Int32Array(2 * to);
      heads.set(this.#heads);
      this.#heads = heads;
    }
    this.#buckets += 1;
    const chain: number[] = [];
    for (let row = this.#heads[from] ?? 0; row !== 0; row = this.#rows.next(row)) chain.push(row);
    this.#heads[from] = 0;
    for (const row of chain.reverse()) {
      const bucket = this.#bucketOf(this.#rows.hash(row));
      this.#rows.link(row, this.#heads[bucket] ?? 0);
      this.#heads[bucket] = row;
    }
    if (this.#buckets === 2 * this.#power) this.#power = this.#buckets;
  }
}
