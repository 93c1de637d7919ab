import { createSystemClock, createSystemRandom, type EnginePorts } from '../../sip-engine/index.ts';
import type { Logger, SipMetrics } from '../../telemetry/index.ts';

/** The engine's clock, counters, log and randomness, as this product has them. */
export function createEnginePorts(logger: Logger, metrics: () => SipMetrics): EnginePorts {
  return {
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: logger.child({ part: 'sip-engine' }),
    counters: { count: (name, label = '') => metrics().countEngine(name, label) },
  };
}
