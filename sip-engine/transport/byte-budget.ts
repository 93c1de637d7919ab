/** A number of bytes that many users share. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes bytes, or gives them back when negative; false when more are taken now than there are. */
  change(bytes: number): boolean {
    this.#used += bytes;
    return this.#used <= this.#limit;
  }
}
