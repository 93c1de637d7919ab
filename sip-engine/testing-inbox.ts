/** Nothing that a test waits for takes so long, however slow the machine; less than a test file is given. */
const LIMIT_MS = 60_000;
/** How much of what was taken before is told with a failure. */
const TOLD = 8;

/**
 * What has come for a test, in the order of arrival. Waiting ends with an error at the line that waits: it says who
 * waited, and what had come until then.
 */
export class TestInbox<T> {
  readonly #owner: string;
  readonly #describe: (item: T) => string;
  readonly #items: T[] = [];
  readonly #takers: ((item: T) => void)[] = [];
  readonly #taken: T[] = [];
  readonly #limits = new Set<NodeJS.Timeout>();

  constructor(owner: string, describe: (item: T) => string) {
    this.#owner = owner;
    this.#describe = describe;
  }

  get size(): number {
    return this.#items.length;
  }

  put(item: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker(item);
  }

  take(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(this.#note(item));
    // Made here, so that its stack names the line that waits.
    const silence = new Error();
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        silence.message = `nothing came to ${this.#owner} within ${LIMIT_MS / 1000} s; taken before: ${this.#before()}`;
        reject(silence);
      }, LIMIT_MS).unref();
      this.#limits.add(limit);
      this.#takers.push((arrived) => {
        clearTimeout(limit);
        this.#limits.delete(limit);
        resolve(this.#note(arrived));
      });
    });
  }

  /** Whoever still waits does so for good: the test is over. */
  close(): void {
    for (const limit of this.#limits) clearTimeout(limit);
    this.#limits.clear();
  }

  #note(item: T): T {
    this.#taken.push(item);
    if (this.#taken.length > TOLD) this.#taken.shift();
    return item;
  }

  #before(): string {
    return this.#taken.map((item) => this.#describe(item)).join(', ') || 'nothing';
  }
}
