import type { CallClock, CallRandom } from '../../routing/index.ts';
import { createSystemClock, createTimingWheel, type EngineClock, type EngineRandom } from '../../sip-engine/index.ts';

/** A call that rings or lasts too long may end so much late (ms): nobody hears it. */
const TICK_MS = 50;

/**
 * The machine's time, for calls. Each has two timers that hardly ever fire: by `setTimeout` they cost more than twice of
 * what they cost in a wheel.
 * @param clock @default the machine's
 */
export function createCallClock(clock: EngineClock = createSystemClock()): CallClock {
  const wheel = createTimingWheel({
    clock,
    tickMs: TICK_MS,
    // As of a timer of the runtime: the thread counts it and goes on.
    onError: (error) =>
      queueMicrotask(() => {
        throw error;
      }),
  });
  return {
    now: () => clock.wallMs(),
    after(ms, fn) {
      const timer = wheel.after(ms, fn);
      return () => timer.cancel();
    },
  };
}

/** The engine's randomness, for calls. */
export function createCallRandom(random: EngineRandom): CallRandom {
  return { float: () => random.float(), hex: (length) => random.hex(length) };
}
