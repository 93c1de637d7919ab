/** So many a second for so long. */
export interface Step {
  readonly seconds: number;
  readonly perSec: number;
}

const TICK_MS = 2;
/** What a generator that stood still owes is sent in pieces, between which it hears answers. */
const MOST_PER_TICK = 1000;

/** Begins as many as the steps say, one after the other, whatever became of those before; resolves after the last. */
export function pace(steps: readonly Step[], begin: () => void): Promise<void> {
  const startMs = performance.now();
  const totalMs = steps.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startMs;
    const due = Math.min(Math.floor(dueAfter(steps, elapsedMs / 1000)), begun + MOST_PER_TICK);
    for (; begun < due; begun++) begin();
    if (elapsedMs < totalMs) return;
    clearInterval(timer);
    resolve();
  }, TICK_MS);
  return promise;
}

function dueAfter(steps: readonly Step[], elapsedSec: number): number {
  let [due, left] = [0, elapsedSec];
  for (const { seconds, perSec } of steps) {
    due += perSec * Math.min(seconds, Math.max(0, left));
    left -= seconds;
  }
  return due;
}
