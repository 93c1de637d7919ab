/** Times as RFC 3339 writes them; of those within one second only the milliseconds are written anew. */
export class IsoTimes {
  #secondMs = Number.NaN;
  #second = '';

  /** @param atMs epoch milliseconds, whole ones */
  text(atMs: number): string {
    const ms = atMs % 1000;
    if (atMs - ms !== this.#secondMs) {
      this.#secondMs = atMs - ms;
      this.#second = new Date(atMs).toISOString().slice(0, -4);
    }
    return `${this.#second}${String(ms).padStart(3, '0')}Z`;
  }
}
