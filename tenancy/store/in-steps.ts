import { setTimeout as sleep } from 'node:timers/promises';

/** Work that may pause at each `yield`. */
export type StoreSteps = Generator<void, void, void>;

/** Longest work without a rest, and the rest (ms). */
const WORK_MS = 1;
const REST_MS = 1;

/**
 * Does it step by step, with a rest whenever it has worked for a millisecond: on a machine whose cores are all in use the SIP
 * thread waits for as long as another computes. A turn of the event loop would not do, as it keeps the core.
 */
export async function inSteps(steps: StoreSteps): Promise<void> {
  let beganMs = performance.now();
  while (steps.next().done !== true) {
    if (performance.now() - beganMs < WORK_MS) continue;
    await sleep(REST_MS);
    beganMs = performance.now();
  }
}
