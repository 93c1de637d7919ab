/** More than are up at a time in any round: seven thousand a second that are all waited for, for four seconds. */
const SLOTS = 1 << 17;
const [FREE, WAITING, ANSWERED] = [0, 1, 2];

/** Calls that are up, by their number, as numbers outside the heap. */
export class CallSlots {
  readonly #startedMs = new Float64Array(SLOTS);
  readonly #state = new Uint8Array(SLOTS);
  #next = 0;
  #oldest = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Gives the number of a new call. @throws RangeError when the oldest is still up after so many */
  begin(nowMs: number): number {
    const index = this.#next++;
    if (this.#state[index % SLOTS] !== FREE) throw new RangeError('too many calls are up');
    this.#startedMs[index % SLOTS] = nowMs;
    this.#state[index % SLOTS] = WAITING;
    this.#size++;
    return index;
  }

  has(index: number): boolean {
    return index < this.#next && index >= this.#next - SLOTS && this.#state[index % SLOTS] !== FREE;
  }

  startedMs(index: number): number {
    return this.#startedMs[index % SLOTS] ?? Number.NaN;
  }

  /** True the first time. */
  answer(index: number): boolean {
    if (this.#state[index % SLOTS] !== WAITING) return false;
    this.#state[index % SLOTS] = ANSWERED;
    return true;
  }

  isAnswered(index: number): boolean {
    return this.#state[index % SLOTS] === ANSWERED;
  }

  end(index: number): void {
    this.#state[index % SLOTS] = FREE;
    this.#size--;
  }

  /** The one that is up longest. */
  oldest(): number | undefined {
    while (this.#oldest < this.#next && this.#state[this.#oldest % SLOTS] === FREE) this.#oldest++;
    return this.#oldest < this.#next ? this.#oldest : undefined;
  }
}
