import type { SipSide } from '../../bus/index.ts';
import type { CallSink } from '../../routing/index.ts';
import { createInfoLine, type Logger, type SipMetrics } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';

/** Where calls are told: records go up the bus, ends into metrics and one log line each. */
export function createCallSink(
  bus: SipSide,
  logger: Logger,
  metrics: () => SipMetrics,
  directory: Directory,
): CallSink {
  const line = createInfoLine(logger, 'call ended');
  return {
    emit: (record) => bus.emit({ kind: 'call', record }),
    count: (direction, result, reason) => metrics().countCall(direction, result, reason),
    log(record) {
      line({
        call: record.uuid,
        callId: record.aLeg.callId,
        direction: record.direction,
        from: record.from,
        to: record.to,
        account: record.accountId,
        trunk: record.trunkId === null ? null : directory.findTrunk(record.trunkId)?.uuid,
        status: record.status,
        result: record.result,
        reason: record.reason,
        sentence: record.sentence,
        durationMs: record.answeredAtMs === null ? 0 : (record.endedAtMs ?? 0) - record.answeredAtMs,
        source: record.aLeg.remote,
      });
    },
    fault: (error, callId) => logger.error({ err: error, callId }, 'a call failed by a fault of ours'),
  };
}
