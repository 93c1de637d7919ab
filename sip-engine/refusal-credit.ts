/**
 * Refusals that are told for each call that is taken up, and how many may come at once: a refusal and its ACK take an eighth
 * of a call's time. Whoever is not told asks again.
 */
const REFUSALS_A_CALL = 0.5;
const MOST_REFUSALS = 32;
/** Peers of which each has its own; further ones share one. */
const MOST_OWNERS = 1024;
const THE_OTHERS = '';

/**
 * How many refusals may be told to whom: each peer earns its own by calls of its that are taken up, of which all have the same
 * share, so that nobody's flood takes the word from the others.
 */
export class RefusalCredit {
  readonly #byOwner = new Map<string, number>();

  /** False as long as nobody was told anything: then there is nothing to earn. */
  get isUsed(): boolean {
    return this.#byOwner.size > 0;
  }

  has(owner: string): boolean {
    return this.#of(owner) >= 1;
  }

  /** False when there is none left. */
  spend(owner: string): boolean {
    const left = this.#of(owner);
    if (left < 1) return false;
    this.#byOwner.set(this.#known(owner), left - 1);
    return true;
  }

  /** A call of the peer's is taken up. */
  earn(owner: string): void {
    if (!this.isUsed) return;
    this.#byOwner.set(this.#known(owner), Math.min(this.#of(owner) + REFUSALS_A_CALL, MOST_REFUSALS));
  }

  /** Everybody is as at the start. */
  clear(): void {
    this.#byOwner.clear();
  }

  /** Who comes later begins with less: together they must not take up the thread. */
  #of(owner: string): number {
    return this.#byOwner.get(this.#known(owner)) ?? MOST_REFUSALS / (this.#byOwner.size + 1);
  }

  #known(owner: string): string {
    return this.#byOwner.size < MOST_OWNERS || this.#byOwner.has(owner) ? owner : THE_OTHERS;
  }
}
