import { Type } from 'typebox';
import { CALL_DIRECTION } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { StoredCall } from '../ports.ts';
import { canSee, type Principal } from '../principal.ts';
import { envelope, ID_PARAMS, listEnvelope } from '../shapes.ts';
import { CALL_DETAIL, CALL_SUMMARY, callViewer } from '../views/call.ts';
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
    number: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Whole, of either side.' })),
    live: Type.Optional(Type.Boolean({ description: 'Only calls that are up, or only those that are not.' })),
  },
  { additionalProperties: false },
);

/** Call records, also of the calls that are up. */
export function installCalls(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/calls',
    tag: TAG,
    summary: 'List calls',
    scope: 'calls:read',
    query: CALLS_QUERY,
    response: listEnvelope(CALL_SUMMARY),
    handler: async ({ principal, query }) => {
      const page = parsePage({ ...(query.order === 'desc' ? { sort: '-id' } : {}), ...query });
      const account = await accountFilter(deps, principal, query.account_id);
      const trunk = query.trunk === undefined ? {} : { trunkId: (await findTrunk(deps, principal, query.trunk)).id };
      const { direction, result, reason, live, number } = query;
      const filter = { direction, result, reason, live, number, ...account, ...trunk };
      const found = await deps.records.listCalls(principal.visible, page, filter);
      const { rows, meta } = paged(page, found);
      const { summary } = await callViewer(deps, principal, rows);
      return { data: rows.map(summary), meta };
    },
  });
  define({
    method: 'GET',
    url: '/calls/:id',
    tag: TAG,
    summary: 'Show a call with every decision taken for it',
    scope: 'calls:read',
    params: ID_PARAMS,
    response: envelope(CALL_DETAIL),
    handler: async ({ principal, params }) => {
      const call = await findCall(deps, principal, params.id);
      return { data: (await callViewer(deps, principal, [call])).detail(call) };
    },
  });
}

async function findCall(deps: AdminDeps, principal: Principal, ref: string): Promise<StoredCall> {
  const call = await deps.records.findCall(ref);
  if (call === undefined || !canSee(principal, call.accountId)) throw notFound('call');
  return call;
}
