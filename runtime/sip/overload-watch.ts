import { performance } from 'node:perf_hooks';
import type { AuthServiceOptions } from '../../auth/index.ts';
import type { Logger, SipMetrics } from '../../telemetry/index.ts';

/** How busy this thread is, and a line in the log when it begins to shed strangers and when that is over. */
export function watchOverload(logger: Logger, metrics: () => SipMetrics): AuthServiceOptions['overload'] {
  let last = performance.eventLoopUtilization();
  return {
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    changed(isOn, dropped) {
      metrics().countEngine('overload', isOn ? 'begun' : 'over');
      if (isOn)
        logger.warn('no time left: requests from unknown addresses are dropped as needed, known ones come first');
      else logger.info({ dropped }, 'the overload is over');
    },
  };
}
