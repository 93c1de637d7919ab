/** Events on their way to one endpoint at the same time; another endpoint has as many of its own. */
const PLACES = 4;
/** So many failures in a row, and the endpoint is only felt for. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * What is on its way to one endpoint, and whether it answers: a circuit that opens after failures in a row lets
 * one event through after each pause, and closes with the first that arrives.
 */
export class Endpoint {
  readonly #onTheWay = new Set<number>();
  #failuresInRow = 0;
  #pausedUntilMs = 0;

  /** How many events may be sent now. */
  placesLeft(nowMs: number): number {
    if (this.#failuresInRow < FAILURES) return PLACES - this.#onTheWay.size;
    return this.#onTheWay.size === 0 && nowMs >= this.#pausedUntilMs ? 1 : 0;
  }

  /** How many events are on their way; they are still due in the store. */
  get busy(): number {
    return this.#onTheWay.size;
  }

  isOnTheWay(deliveryId: number): boolean {
    return this.#onTheWay.has(deliveryId);
  }

  send(deliveryId: number): void {
    this.#onTheWay.add(deliveryId);
  }

  judge(hasArrived: boolean, nowMs: number): void {
    this.#failuresInRow = hasArrived ? 0 : this.#failuresInRow + 1;
    if (this.#failuresInRow < FAILURES) return;
    const doublings = Math.min(this.#failuresInRow - FAILURES, 10);
    this.#pausedUntilMs = nowMs + Math.min(FIRST_PAUSE_MS * 2 ** doublings, LONGEST_PAUSE_MS);
  }

  /** What came of it is stored. */
  done(deliveryId: number): void {
    this.#onTheWay.delete(deliveryId);
  }
}
