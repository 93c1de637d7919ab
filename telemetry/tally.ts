import type { Counter } from 'prom-client';

/**
 * Counts on the hot path with one Map operation, and becomes a Prometheus counter only when somebody
 * scrapes: prom-client hashes the labels of every increment.
 */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** `key` is the label values joined by `|`. */
  count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Sets the counter to what was counted; label names in the order of the key's parts. */
  collectInto(counter: Counter, labelNames: readonly string[]): void {
    counter.reset();
    for (const [key, count] of this.#counts) {
      const values = key.split('|');
      counter.inc(Object.fromEntries(labelNames.map((name, i) => [name, values[i] ?? ''])), count);
    }
  }
}
