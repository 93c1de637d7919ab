/** So many a second for so long. */
export interface Step {
  readonly seconds: number;
  readonly perSec: number;
}

export interface Pace {
  /** After the last has begun. */
  readonly ended: Promise<void>;
  /** Begins what is due, for who has time before the timer has: whenever answers were heard. */
  tick(): void;
}

const TICK_MS = 1;
/** What a generator that stood still owes is sent in pieces, between which it hears answers. */
const MOST_PER_TICK = 500;

/** Begins as many as the steps say, one after the other, whatever became of those before. */
export function pace(steps: readonly Step[], begin: () => void, flush: () => void): Pace {
  const startMs = performance.now();
  const totalMs = steps.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const tick = () => {
    const elapsedMs = Math.min(performance.now() - startMs, totalMs);
    const due = Math.min(Math.floor(dueAfter(steps, elapsedMs / 1000)), begun + MOST_PER_TICK);
    for (; begun < due; begun++) begin();
  };
  const timer = setInterval(() => {
    tick();
    flush();
    if (performance.now() - startMs < totalMs) return;
    clearInterval(timer);
    resolve();
  }, TICK_MS);
  return { ended, tick };
}

function dueAfter(steps: readonly Step[], elapsedSec: number): number {
  let [due, left] = [0, elapsedSec];
  for (const { seconds, perSec } of steps) {
    due += perSec * Math.min(seconds, Math.max(0, left));
    left -= seconds;
  }
  return due;
}
