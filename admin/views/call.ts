import { Type } from 'typebox';
import type { CallLeg, CallRecord } from '../../bus/index.ts';
import { CALL_DIRECTION, orNull, REASON, RESULT, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { type CarrierHider, carrierHider } from '../hide-carriers.ts';
import type { StoredCall } from '../ports.ts';
import type { Principal } from '../principal.ts';
import { isoTime, nullable } from '../shapes.ts';

const LEG_SHAPE = Type.Object({
  side: setOf<'a' | 'b'>({ a: true, b: true }, { description: 'a: the caller. b: the called side.' }),
  call_id: Type.String(),
  remote: Type.String(),
  contact: Type.String(),
});

const SHOWN = {
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer()),
  trunk_id: nullable(Type.Integer()),
  did_id: nullable(Type.Integer()),
  direction: CALL_DIRECTION,
  from: Type.String(),
  to: Type.String(),
  started_at: Type.String(),
  answered_at: nullable(Type.String()),
  ended_at: nullable(Type.String()),
  duration_ms: nullable(Type.Integer({ description: 'From answer to end.' })),
  result: orNull(RESULT),
  reason: orNull(REASON),
  status: Type.Integer({ description: 'The final SIP status, 0 while there is none.' }),
  sentence: Type.String(),
  hung_up_by: orNull(setOf<NonNullable<CallRecord['hungUpBy']>>({ caller: true, callee: true, server: true })),
  legs: Type.Array(LEG_SHAPE),
};

/** A call as lists show it. */
export const CALL_SUMMARY = Type.Object(SHOWN);

export const CALL_DETAIL = Type.Object({
  ...SHOWN,
  attempts: Type.Array(Type.Object({ target: Type.String(), status: Type.Integer(), at: Type.String() })),
  trace: Type.Array(Type.Object({ step: Type.String(), saw: Type.String(), decided: Type.String() })),
});

/** Calls as that principal may see them: of a carrier's side a tenant learns that it is one, and not where it is. */
export async function callViewer(deps: AdminDeps, principal: Principal) {
  const carriers = await carrierHider(deps, principal);
  const summary = (call: StoredCall) => summaryOf(call, carriers);
  const detail = (call: StoredCall) => ({
    ...summary(call),
    attempts: carriers.hide(call.attempts.map(({ target, status, atMs }) => ({ target, status, at: isoTime(atMs) }))),
    trace: carriers.hide(call.trace),
  });
  return { summary, detail };
}

function summaryOf(call: StoredCall, carriers: CarrierHider) {
  const { answeredAtMs, endedAtMs } = call;
  return {
    id: call.id,
    uuid: call.uuid,
    account_id: call.accountId,
    trunk_id: call.trunkId,
    did_id: call.didId,
    direction: call.direction,
    from: call.from,
    to: call.to,
    started_at: isoTime(call.startedAtMs),
    answered_at: isoTime(answeredAtMs),
    ended_at: isoTime(endedAtMs),
    duration_ms: answeredAtMs === null || endedAtMs === null ? null : endedAtMs - answeredAtMs,
    result: call.result,
    reason: call.reason,
    status: call.status,
    sentence: carriers.hide(call.sentence),
    hung_up_by: call.hungUpBy,
    legs: legsOf(call, carriers),
  };
}

/** What comes in comes from a carrier; what goes out, or on into the public network (F-116), goes to one. */
function legsOf({ direction, carrierId, onward, aLeg, bLeg }: StoredCall, carriers: CarrierHider) {
  const aInstead = direction === 'in' ? carriers.insteadOf(carrierId) : undefined;
  const bCarrier = direction === 'out' ? carrierId : onward?.carrierId;
  const bInstead = bCarrier === undefined ? undefined : carriers.insteadOf(bCarrier);
  const legs = [legView('a', aLeg, aInstead, carriers)];
  return bLeg === null ? legs : [...legs, legView('b', bLeg, bInstead, carriers)];
}

/** A transfer may have led to a carrier as well: then its address tells. */
function legView(side: string, leg: CallLeg, instead: string | undefined, { hide }: CarrierHider) {
  const { callId, remote, contact } = leg;
  if (instead === undefined) return { side, call_id: callId, ...hide({ remote, contact }) };
  // RFC 3261 section 8.1.1.4: what makes a Call-ID unique is often the host behind its @.
  return { side, call_id: callId.split('@', 1)[0] ?? '', remote: instead, contact: instead };
}
