/**
 * A clock that may be held: all that is judged of one request is judged at one time, and the system is asked for it once
 * (a REGISTER asks six times, which was a fiftieth of its cost).
 */
export class Moment {
  readonly #readMs: () => number;
  #heldMs: number | undefined = undefined;

  /** `readMs` tells epoch milliseconds. */
  constructor(readMs: () => number) {
    this.#readMs = readMs;
  }

  /** Epoch milliseconds: of now, or of when it was held. */
  readonly nowMs = (): number => this.#heldMs ?? this.#readMs();

  hold(): void {
    this.#heldMs = this.#readMs();
  }

  /** To be called whatever happened meanwhile: time would stand still. */
  release(): void {
    this.#heldMs = undefined;
  }
}
