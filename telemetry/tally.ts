import type { Counter } from 'prom-client';

/**
 * Counts on the hot path with look-ups of texts that exist already, and becomes a Prometheus counter only when somebody
 * scrapes: prom-client hashes the labels of every increment, and a joined key would be built and hashed each time.
 */
export class Tally {
  readonly #counts = new Map<string, Map<string, { count: number }>>();

  /** Label values in the order of the counter's names; `second` may join several by `|`. */
  count(first: string, second: string): void {
    const cell = this.#counts.get(first)?.get(second);
    if (cell === undefined) this.#open(first, second);
    else cell.count += 1;
  }

  /** Sets the counter to what was counted; label names in the order of the values. */
  collectInto(counter: Counter, labelNames: readonly string[]): void {
    counter.reset();
    for (const [first, cells] of this.#counts) {
      for (const [second, { count }] of cells) {
        const values = [first, ...second.split('|')];
        counter.inc(Object.fromEntries(labelNames.map((name, i) => [name, values[i] ?? ''])), count);
      }
    }
  }

  #open(first: string, second: string): void {
    const cells = this.#counts.get(first) ?? new Map<string, { count: number }>();
    this.#counts.set(first, cells.set(second, { count: 1 }));
  }
}
