import type { CallClock, CallRandom } from '../../routing/index.ts';
import type { EngineRandom } from '../../sip-engine/index.ts';

/** The machine's time, for calls. */
export function createCallClock(): CallClock {
  return {
    now: Date.now,
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** The engine's randomness, for calls. */
export function createCallRandom(random: EngineRandom): CallRandom {
  return { float: () => random.float(), hex: (length) => random.hex(length) };
}
