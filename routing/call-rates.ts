/** How many new calls a second somebody may start. */
export interface CallRate {
  readonly key: string;
  readonly perSecond: number;
}

interface Window {
  readonly second: number;
  count: number;
}

/** Counts new calls by the second, for those alone that have a limit. */
export class CallRates {
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The first that is full, taking nothing. */
  peek(rates: readonly CallRate[]): CallRate | undefined {
    const second = Math.floor(this.#now() / 1000);
    return rates.find(({ key, perSecond }) => {
      const window = this.#windows.get(key);
      return (window?.second === second ? window.count : 0) >= perSecond;
    });
  }

  /** Takes one of each, or none and names the first that is full. */
  take(rates: readonly CallRate[]): CallRate | undefined {
    if (rates.length === 0) return undefined;
    const full = this.peek(rates);
    if (full !== undefined) return full;
    const second = Math.floor(this.#now() / 1000);
    for (const { key } of rates) {
      const window = this.#windows.get(key);
      if (window?.second === second) window.count += 1;
      else this.#windows.set(key, { second, count: 1 });
    }
    return undefined;
  }
}
