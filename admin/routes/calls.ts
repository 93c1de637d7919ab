import { Type } from 'typebox';
import type { CallLeg, CallRecord } from '../../bus/index.ts';
import { CALL_DIRECTION, orNull, REASON, RESULT, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import { carrierHider } from '../hide-carriers.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { StoredCall } from '../ports.ts';
import { canSee, type Principal } from '../principal.ts';
import { envelope, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import { accountFilter } from './filters.ts';
import { findTrunk } from './sip-trunks.ts';

const TAG = 'Calls';

const TEXT = Type.Optional(Type.String({ maxLength: 64 }));
const CALLS_QUERY = Type.Object(
  {
    ...sortedBy('started_at'),
    order: Type.Optional(Type.Enum(['asc', 'desc'], { description: 'desc is sort=-id, asc sort=id.' })),
    account_id: TEXT,
    trunk: Type.Optional(Type.String({ maxLength: 64, description: 'Integer id or uuid.' })),
    direction: Type.Optional(CALL_DIRECTION),
    result: TEXT,
    reason: TEXT,
    live: Type.Optional(Type.Boolean({ description: 'Only calls that are up, or only those that are not.' })),
  },
  { additionalProperties: false },
);

const LEG_SHAPE = Type.Object({
  side: setOf<'a' | 'b'>({ a: true, b: true }, { description: 'a: the caller. b: the called side.' }),
  call_id: Type.String(),
  remote: Type.String(),
  contact: Type.String(),
});

/** A call as lists show it. */
export const CALL_SUMMARY = {
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

const DETAIL = {
  ...CALL_SUMMARY,
  attempts: Type.Array(Type.Object({ target: Type.String(), status: Type.Integer(), at: Type.String() })),
  trace: Type.Array(Type.Object({ step: Type.String(), saw: Type.String(), decided: Type.String() })),
};

/** Call records, also of the calls that are up. */
export function installCalls(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/calls',
    tag: TAG,
    summary: 'List calls',
    scope: 'calls:read',
    query: CALLS_QUERY,
    response: listEnvelope(Type.Object(CALL_SUMMARY)),
    handler: async ({ principal, query }) => {
      const page = parsePage({ ...(query.order === 'desc' ? { sort: '-id' } : {}), ...query });
      const account = await accountFilter(deps, principal, query.account_id);
      const trunk = query.trunk === undefined ? {} : { trunkId: (await findTrunk(deps, principal, query.trunk)).id };
      const { direction, result, reason, live } = query;
      const filter = { direction, result, reason, live, ...account, ...trunk };
      const found = await deps.records.listCalls(principal.visible, page, filter);
      const { rows, meta } = paged(page, found);
      return { data: rows.map(callSummary), meta };
    },
  });
  define({
    method: 'GET',
    url: '/calls/:id',
    tag: TAG,
    summary: 'Show a call with every decision taken for it',
    scope: 'calls:read',
    params: ID_PARAMS,
    response: envelope(Type.Object(DETAIL)),
    handler: async ({ principal, params }) => {
      const { attempts, trace, sentence, ...rest } = detailView(await findCall(deps, principal, params.id));
      const hide = await carrierHider(deps, principal);
      return { data: { ...rest, ...hide({ attempts, trace, sentence }) } };
    },
  });
}

async function findCall(deps: AdminDeps, principal: Principal, ref: string): Promise<StoredCall> {
  const call = await deps.records.findCall(ref);
  if (call === undefined || !canSee(principal, call.accountId)) throw notFound('call');
  return call;
}

/** See `CALL_SUMMARY`. */
export function callSummary(call: StoredCall) {
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
    sentence: call.sentence,
    hung_up_by: call.hungUpBy,
    legs: [legView('a', call.aLeg), ...(call.bLeg === null ? [] : [legView('b', call.bLeg)])],
  };
}

function detailView(call: StoredCall) {
  return {
    ...callSummary(call),
    attempts: call.attempts.map(({ target, status, atMs }) => ({ target, status, at: isoTime(atMs) })),
    trace: call.trace,
  };
}

function legView(side: string, leg: CallLeg) {
  return { side, call_id: leg.callId, remote: leg.remote, contact: leg.contact };
}
