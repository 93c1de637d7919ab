import { once } from 'node:events';
import type { SrfDialog, SrfResponse } from './srf-adapter.ts';

/** So long (ms) things go on without it, and it never comes; a moment in which this process stood still counts as little. */
const LIMIT_MS = 30_000;
const MOST_PER_TURN_MS = 50;
/** Turns in which nobody else is given the processor. */
const QUICK_TURNS = 2000;

/** Lets the sockets work until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  const silence = new Error('it never came true');
  for (let [turn, waitedMs, lookedMs] = [0, 0, performance.now()]; !condition(); turn++) {
    if (waitedMs > LIMIT_MS) throw silence;
    await new Promise((resolve) => (turn < QUICK_TURNS ? setImmediate(resolve) : setTimeout(resolve, 1)));
    waitedMs += Math.min(performance.now() - lookedMs, MOST_PER_TURN_MS);
    lookedMs = performance.now();
  }
}

/** Lets what was sent arrive and be answered, all on loopback; where more hangs on it, see `crossed`. */
export async function turns(): Promise<void> {
  const endMs = performance.now() + 10;
  for (let turn = 0; turn < 200 || performance.now() < endMs; turn++)
    await new Promise((resolve) => setImmediate(resolve));
}

/** An INFO from the one end has been answered by the other: what was sent before it, an ACK say, has come too. */
export async function crossed(from: SrfDialog, to: SrfDialog): Promise<void> {
  const asked = once(to as unknown as NodeJS.EventEmitter, 'info');
  void asked.then(([, res]) => (res as SrfResponse).send(200, undefined, {}));
  await new Promise<void>((resolve, reject) => {
    from.request({ method: 'INFO', headers: {} }, (error, res) => {
      if (res === undefined) reject(error);
      else if (res.status >= 200) resolve();
    });
  });
}
