import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/** Work that may pause at each `yield`. */
export type StoreSteps = Generator<void, void, void>;

/** What a test may have in place of time. */
export interface Pace {
  /** Milliseconds since any moment. */
  nowMs(): number;
  /** Leaves the core to others. */
  rest(ms: number): Promise<unknown>;
  /** Leaves only the thread to what else waits for it. */
  turn(): Promise<unknown>;
}

/** Longest work without a rest, and the rest (ms). */
const WORK_MS = 1;
const REST_MS = 1;
/** Who has worked and rested for so long gets no more rests (ms): they would halve what can be stored, and more comes meanwhile. */
const RESTS_END_MS = 100;

const REAL: Pace = { nowMs: () => performance.now(), rest: (ms) => sleep(ms), turn: () => turn() };

/**
 * Does it step by step, with a rest whenever it has worked for a millisecond: on a machine whose cores are all in use the SIP
 * thread waits for as long as another computes. A turn of the event loop would not do, as it keeps the core.
 */
export async function inSteps(steps: StoreSteps, { nowMs, rest, turn }: Pace = REAL): Promise<void> {
  const startedMs = nowMs();
  let beganMs = startedMs;
  while (steps.next().done !== true) {
    if (nowMs() - beganMs < WORK_MS) continue;
    if (beganMs - startedMs < RESTS_END_MS) await rest(REST_MS);
    else await turn();
    beganMs = nowMs();
  }
}
