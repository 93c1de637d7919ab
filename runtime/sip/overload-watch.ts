import { performance } from 'node:perf_hooks';
import type { AuthService, AuthServiceOptions } from '../../auth/index.ts';
import { mayBeEmergency } from '../../routing/index.ts';
import type { CallPolicy } from '../../sip-engine/index.ts';
import type { Logger, SipMetrics } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';

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

interface CallPolicyDeps {
  readonly auth: Pick<AuthService, 'shareOf'>;
  readonly directory: Pick<Directory, 'findCarrierBySource'>;
  readonly logger: Logger;
  readonly metrics: () => SipMetrics;
}

/**
 * Who shares the thread's time where more calls come than it carries; each that is told 503, or is cancelled while it waits,
 * is counted, and the log has two lines.
 */
export function createCallPolicy({ auth, directory, logger, metrics }: CallPolicyDeps): CallPolicy {
  const directionOf = (address: string) => (directory.findCarrierBySource(address) === undefined ? 'out' : 'in');
  return {
    ownerOf: auth.shareOf,
    isUrgent: mayBeEmergency,
    refused: (address) => metrics().countCall(directionOf(address), 'server_error', 'overload'),
    cancelled: (address) => metrics().countCall(directionOf(address), 'ok', 'cancelled'),
    changed(isOn, refused) {
      metrics().countEngine('overload', isOn ? 'calls_begun' : 'calls_over');
      if (isOn) logger.warn('more calls than can be carried: who offers most is told 503, emergency calls are not');
      else logger.info({ refused }, 'no more calls than can be carried');
    },
  };
}
