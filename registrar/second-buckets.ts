/**
 * Due times by the second: putting in costs one push, nothing moves when a due time is put off. The owner of an item
 * knows when it is really due and puts it in again when its second comes up too early.
 */
export class SecondBuckets<T> {
  readonly #buckets = new Map<number, T[]>();
  #doneSec = Number.NEGATIVE_INFINITY;
  /** How far the clock was set back in all; what waits would otherwise wait that much longer. */
  #aheadSec = 0;

  /** The number of seconds that hold anything. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Puts the item at the first second that is not before `dueMs` (epoch ms); returns that second, a token of the buckets. */
  put(item: T, dueMs: number): number {
    const second = Math.max(Math.ceil(dueMs / 1000) + this.#aheadSec, this.#doneSec + 1);
    const bucket = this.#buckets.get(second);
    if (bucket === undefined) this.#buckets.set(second, [item]);
    else bucket.push(item);
    return second;
  }

  /** Whether something due at `dueMs` would be handed over too late at that second. */
  isTooLate(second: number, dueMs: number): boolean {
    return dueMs < (second - this.#aheadSec) * 1000 - 999;
  }

  /** Hands over everything whose second has come, in the order of seconds, with its second. */
  drain(nowMs: number, take: (item: T, second: number) => void): void {
    const now = Math.floor(nowMs / 1000) + this.#aheadSec;
    if (now < this.#doneSec) this.#aheadSec += this.#doneSec - now;
    if (now <= this.#doneSec) return;
    const seconds = this.#dueSeconds(now);
    // First, so that what is put in while taking lands after `now`.
    this.#doneSec = now;
    for (const second of seconds) {
      const bucket = this.#buckets.get(second) ?? [];
      this.#buckets.delete(second);
      for (const item of bucket) take(item, second);
    }
  }

  /** A clock that was set far ahead must not be walked second by second. */
  #dueSeconds(now: number): readonly number[] {
    const passed = now - this.#doneSec;
    if (passed > this.#buckets.size)
      return [...this.#buckets.keys()].filter((second) => second <= now).sort((a, b) => a - b);
    const seconds: number[] = [];
    for (let second = this.#doneSec + 1; second <= now; second += 1)
      if (this.#buckets.has(second)) seconds.push(second);
    return seconds;
  }
}
