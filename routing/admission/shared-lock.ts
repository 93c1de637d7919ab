const FREE = 0;
const HELD = 1;
/** A wake-up that was missed costs this much (ms). */
const RETRY_MS = 1;

/**
 * A lock between threads in one word of shared memory. What is done under it takes microseconds and awaits nothing; a
 * thread that dies takes the process with it, so that nobody waits for one that is gone.
 */
export class SharedLock {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.#words = words;
  }

  run<T>(work: () => T): T {
    while (Atomics.compareExchange(this.#words, 0, FREE, HELD) !== FREE) Atomics.wait(this.#words, 0, HELD, RETRY_MS);
    try {
      return work();
    } finally {
      Atomics.store(this.#words, 0, FREE);
      Atomics.notify(this.#words, 0, 1);
    }
  }
}
