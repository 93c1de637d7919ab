/** Await points of a process under test: just before and just after each transaction and each call to a carrier. */
export class KillPoints {
  readonly #killAt: number;
  #passed = 0;

  /** @param killAt dies by kill -9 at that point; 0: lives */
  constructor(killAt: number) {
    this.#killAt = killAt;
  }

  get passed(): number {
    return this.#passed;
  }

  around<T extends unknown[], R>(work: (...args: T) => Promise<R>): (...args: T) => Promise<R> {
    return async (...args) => {
      this.#point();
      const result = await work(...args);
      this.#point();
      return result;
    };
  }

  #point(): void {
    this.#passed += 1;
    if (this.#passed === this.#killAt) process.kill(process.pid, 'SIGKILL');
  }
}
