import type { CallRecord } from '../../bus/index.ts';
import type { QueuedRecord } from '../../tenancy/index.ts';

/**
 * One call record as streams carry it: a line of JSON. The same `seq` is the same record, if it comes again.
 * @param isTenants whether it is for a tenant, who does not hear of a carrier's host
 */
export function recordLine({ seq, accountId, record }: QueuedRecord, isTenants: boolean): string {
  const call = JSON.parse(record) as CallRecord;
  const { answeredAtMs: answered, endedAtMs: ended } = call;
  return `${JSON.stringify({
    ...{ seq, call_uuid: call.uuid, account_id: accountId, trunk_id: call.trunkId, did_id: call.didId },
    ...{ direction: call.direction, from: call.from, to: call.to },
    started_at: isoOf(call.startedAtMs),
    answered_at: isoOf(answered),
    ended_at: isoOf(ended),
    duration_ms: answered === null || ended === null ? 0 : ended - answered,
    ...{ result: call.result, reason: call.reason, sip_status: call.status, hung_up_by: call.hungUpBy },
    ...{ call_id: isTenants ? toldCallId(call) : call.aLeg.callId, codec: call.codec ?? null },
  })}\n`;
}

/** The `seq` of a line that `recordLine` has made; 0 of any other. */
export function seqOfLine(line: string): number {
  return Number(/^\{"seq":(\d+),/.exec(line)?.[1] ?? 0);
}

/** RFC 3261 section 8.1.1.4: what makes a Call-ID unique is often the host behind its @. */
function toldCallId({ direction, aLeg: { callId } }: CallRecord): string {
  return direction === 'in' ? (callId.split('@', 1)[0] ?? '') : callId;
}

function isoOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
