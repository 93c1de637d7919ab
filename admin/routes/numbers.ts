import { Type } from 'typebox';
import { NUMBER_STATUS } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_PARAMS, listEnvelope } from '../shapes.ts';
import { NUMBER_SHAPE, numberView } from '../views/did.ts';
import { findDid } from './did-routing.ts';
import { accountFilter } from './filters.ts';

const TAG = 'Numbers';

export const NUMBERS_QUERY = Type.Object(
  {
    ...sortedBy('number', 'created_at', 'updated_at'),
    account_id: Type.Optional(Type.String({ maxLength: 64 })),
    status: Type.Optional(NUMBER_STATUS),
    assigned: Type.Optional(Type.Boolean()),
    search: Type.Optional(Type.String({ maxLength: 120, description: 'Part of the number or the notes.' })),
  },
  { additionalProperties: false },
);

/** A tenant's own numbers (A25). */
export function installNumbers(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/numbers',
    tag: TAG,
    summary: 'List own numbers',
    scope: 'numbers:read',
    query: NUMBERS_QUERY,
    response: listEnvelope(NUMBER_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const found = await deps.store.dids.list(principal.visible, page, { ...query, ...account });
      const { rows, meta } = paged(page, found);
      return { data: rows.map(numberView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/numbers/:id',
    tag: TAG,
    summary: 'Show a number',
    scope: 'numbers:read',
    params: ID_PARAMS,
    response: envelope(NUMBER_SHAPE),
    handler: async ({ principal, params, reply }) => {
      const did = await findDid(deps, principal, params.id);
      setEtag(reply, did.version);
      return { data: numberView(did) };
    },
  });
  define({
    method: 'DELETE',
    url: '/numbers/:id',
    tag: TAG,
    summary: 'Release a number; calls to it are refused at once',
    scope: 'numbers:write',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(Type.Object({ id: Type.Integer(), number: Type.String(), status: Type.Literal('released') })),
    handler: async ({ principal, params, request }) => {
      const did = await findDid(deps, principal, params.id);
      checkIfMatch(request, did.version);
      await deps.store.dids.release(principal.actor, did.id);
      return { data: { id: did.id, number: did.number, status: 'released' } };
    },
  });
}
