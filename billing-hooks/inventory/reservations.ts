interface Reservation {
  readonly reference: string;
  readonly untilMs: number;
}

/** Numbers that are held for a short while, in this process only. */
export class Reservations {
  readonly #nowMs: () => number;
  readonly #lastMs: number;
  readonly #held = new Map<string, Reservation>();

  /** @param lastMs how long a number is held */
  constructor(nowMs: () => number, lastMs: number) {
    this.#nowMs = nowMs;
    this.#lastMs = lastMs;
  }

  /** @param reference whose own hold does not count */
  isHeld(number: string, reference?: string): boolean {
    const holder = this.#held.get(number);
    return holder !== undefined && holder.untilMs > this.#nowMs() && holder.reference !== reference;
  }

  hold(numbers: readonly string[], reference: string): void {
    const untilMs = this.#nowMs() + this.#lastMs;
    for (const number of numbers) this.#held.set(number, { reference, untilMs });
  }

  /** Lets go what that reference holds; only of `numbers` where they are named. */
  drop(reference: string, numbers: Iterable<string> = this.#held.keys()): void {
    for (const number of numbers) if (this.#held.get(number)?.reference === reference) this.#held.delete(number);
  }
}
