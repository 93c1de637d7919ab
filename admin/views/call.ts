import { Type } from 'typebox';
import type { CallLeg, CallRecord } from '../../bus/index.ts';
import { reasonEntry } from '../../telemetry/index.ts';
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

/** Those calls as the principal may see them: of a carrier's side or another tenant's it learns that it is one, and no more. */
export async function callViewer(deps: AdminDeps, principal: Principal, calls: readonly StoredCall[]) {
  const carriers = await carrierHider(deps, principal);
  const foreign = await foreignCalls(deps, principal, calls);
  const shown = (call: StoredCall) => (foreign.has(call.id) ? withoutCalledSide(call) : call);
  const summary = (call: StoredCall) => summaryOf(shown(call), carriers);
  const detail = (call: StoredCall) => {
    const { attempts, trace } = shown(call);
    return {
      ...summary(call),
      attempts: carriers.hide(attempts.map(({ target, status, atMs }) => ({ target, status, at: isoTime(atMs) }))),
      trace: carriers.hide(trace),
    };
  };
  return { summary, detail };
}

/** Calls that stayed inside, to a number of a tenant that the principal does not see. */
async function foreignCalls(deps: AdminDeps, { visible }: Principal, calls: readonly StoredCall[]) {
  const inside = calls.filter(({ direction, didId }) => direction === 'internal' && didId !== null);
  if (visible === null || inside.length === 0) return new Set<number>();
  const own = await ownNow(deps, visible, inside);
  const isOwn = ({ didId, didAccountId }: StoredCall) =>
    didAccountId === undefined ? own.has(didId ?? 0) : visible.has(didAccountId);
  return new Set(inside.filter((call) => !isOwn(call)).map(({ id }) => id));
}

/** Their numbers that the principal sees today, for records that do not tell whose they were. */
async function ownNow(deps: AdminDeps, visible: ReadonlySet<number>, calls: readonly StoredCall[]) {
  const untold = calls.filter(({ didAccountId }) => didAccountId === undefined);
  if (untold.length === 0) return new Set<number>();
  const numbers = await deps.store.dids.byIds([...new Set(untold.map(({ didId }) => didId ?? 0))]);
  return new Set(numbers.filter(({ accountId }) => visible.has(accountId)).map(({ id }) => id));
}

const ELSEWHERE = 'another tenant';

/** Its names, its PBX and how it is reached are the other tenant's alone. */
function withoutCalledSide(call: StoredCall): StoredCall {
  return {
    ...call,
    bLeg: call.bLeg && { callId: '', remote: ELSEWHERE, contact: ELSEWHERE },
    attempts: call.attempts.map((attempt) => ({ ...attempt, target: ELSEWHERE })),
    trace: [],
    sentence: call.reason === null ? '' : reasonEntry(call.reason).sentence,
  };
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
