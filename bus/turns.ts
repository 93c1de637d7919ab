/** Work that may pause: it goes on after each `yield` when others have had their turn. */
export type Steps = Generator<void, void, void>;

/**
 * Works off pieces in the order they came. Between two steps of a piece the event loop goes round once, so that what
 * arrives is served; a piece without a pause is done at once when none is under way.
 */
export class Turns {
  readonly #waiting: (() => Steps)[] = [];
  #current: Steps | undefined;
  #isScheduled = false;

  run(piece: () => Steps): void {
    this.#waiting.push(piece);
    if (!this.#isScheduled) this.#advance();
  }

  #advance(): void {
    this.#isScheduled = false;
    try {
      for (;;) {
        this.#current ??= this.#waiting.shift()?.();
        if (this.#current === undefined) return;
        if (this.#current.next().done !== true) break;
        this.#current = undefined;
      }
    } catch (error) {
      // Its fault is told; those behind it have their turn all the same.
      this.#current = undefined;
      this.#schedule();
      throw error;
    }
    this.#schedule();
  }

  #schedule(): void {
    this.#isScheduled = true;
    setImmediate(() => this.#advance());
  }
}
