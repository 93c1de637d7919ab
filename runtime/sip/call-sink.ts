import type { SipSide } from '../../bus/index.ts';
import type { CallSink } from '../../routing/index.ts';
import type { Logger, SipMetrics } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';

/** Where calls are told: records go up the bus, ends into metrics and one log line each. */
export function createCallSink(
  bus: SipSide,
  logger: Logger,
  metrics: () => SipMetrics,
  directory: Directory,
): CallSink {
  return {
    emit: (record) => bus.emit({ kind: 'call', record }),
    count: (direction, result, reason) => metrics().countCall(direction, result, reason),
    log(record) {
      const { uuid, direction, from, to, accountId, trunkId, status, result, reason, sentence, aLeg } = record;
      const durationMs = record.answeredAtMs === null ? 0 : (record.endedAtMs ?? 0) - record.answeredAtMs;
      const trunk = trunkId === null ? null : directory.findTrunk(trunkId)?.uuid;
      const fields = { call: uuid, callId: aLeg.callId, direction, from, to, account: accountId, trunk };
      logger.info({ ...fields, status, result, reason, sentence, durationMs, source: aLeg.remote }, 'call ended');
    },
    fault: (error, callId) => logger.error({ err: error, callId }, 'a call failed by a fault of ours'),
  };
}
