import { setTimeout } from 'node:timers/promises';

/** How often, and how long, what the server does in its own time is asked for (ms). */
const POLL_MS = 50;
const LIMIT_MS = 8000;

/** The first answer that is one; `undefined` when none comes. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > deadline) return answer;
    await setTimeout(POLL_MS);
  }
}
