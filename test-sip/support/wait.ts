import type { Product } from './product.ts';
import type { Test } from './temp-dir.ts';

/** Generous, for a loaded machine: whoever waits well waits no longer than it takes. */
const LIMIT_MS = 30_000;
const PAUSE_MS = 20;
/** What lasts longer is a moment in which machine, product or test stood still: it counts as so much. */
const MOST_PER_LOOK_MS = 250;

/**
 * Polls until the answer is true; for what another process does in its own time. The limit is of time in which things
 * went on, not of time for which they were held up.
 */
export async function until(what: string, check: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  const silence = new Error(`${what}: not within ${limitMs} ms`);
  for (let waitedMs = 0; waitedMs <= limitMs; ) {
    const startMs = performance.now();
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    waitedMs += Math.min(performance.now() - startMs, MOST_PER_LOOK_MS);
  }
  throw silence;
}

/**
 * Milliseconds of a clock that stands still when this process does, or either thread of the product: for what has to happen
 * in time on any machine.
 */
export function clockWith(t: Test, { metric }: Pick<Product, 'metric'>): () => number {
  let [nowMs, startMs, isOver] = [0, performance.now(), false];
  t.teardown(() => {
    isOver = true;
  });
  const read = () => nowMs + Math.min(performance.now() - startMs, MOST_PER_LOOK_MS);
  const run = async () => {
    while (!isOver) {
      // Both threads have a part in the answer.
      await metric('').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      nowMs = read();
      startMs = performance.now();
    }
  };
  void run();
  return read;
}
