/** How long ago SIP took the version of the directory that it reads. */
export class DirectoryAge {
  readonly #nowMs: () => number;
  #takenAtMs: number;

  /** @param nowMs steady, in milliseconds */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#takenAtMs = nowMs();
  }

  /** Another version was taken now. */
  renew(): void {
    this.#takenAtMs = this.#nowMs();
  }

  /** Seconds. */
  get sec(): number {
    return (this.#nowMs() - this.#takenAtMs) / 1000;
  }
}
