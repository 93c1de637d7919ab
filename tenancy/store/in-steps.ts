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

/** Longest work without a rest, and the rest (ms). Each rest costs a tenth of a millisecond: caches are cold after it. */
const WORK_MS = 1;
const REST_MS = 1;
/** After so much work there is a rest before the end as well (ms): a commit follows, which is no shorter. */
const SHORT_MS = 0.1;
/** Who has worked and rested for so long gets no more rests (ms): half of what can be stored is left of it, and more comes meanwhile. */
const RESTS_END_MS = 100;

const REAL: Pace = { nowMs: () => performance.now(), rest: (ms) => sleep(ms), turn: () => turn() };

/**
 * Does it step by step, with a rest whenever it has worked for a millisecond, and before its end if there was one:
 * on a machine whose cores are all in use the SIP thread waits for as long as another computes. A turn of the event loop
 * would not do, as it keeps the core.
 */
export async function inSteps(steps: StoreSteps, { nowMs, rest, turn }: Pace = REAL): Promise<void> {
  const startedMs = nowMs();
  let beganMs = startedMs;
  const pause = () => (beganMs - startedMs < RESTS_END_MS ? rest(REST_MS) : turn());
  while (steps.next().done !== true) {
    if (nowMs() - beganMs < WORK_MS) continue;
    await pause();
    beganMs = nowMs();
  }
  if (beganMs > startedMs && nowMs() - beganMs >= SHORT_MS) await pause();
}
