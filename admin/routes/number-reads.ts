import { Type } from 'typebox';
import { NUMBER_STATUS } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Scope } from '../scopes.ts';
import { envelope, ID_PARAMS, listEnvelope } from '../shapes.ts';
import { NUMBER_SHAPE, numberView } from '../views/did.ts';
import { findDid } from './did-routing.ts';
import { ACCOUNT_FILTER, accountFilter } from './filters.ts';

const NUMBERS_QUERY = Type.Object(
  {
    ...sortedBy('number', 'created_at', 'updated_at'),
    ...ACCOUNT_FILTER,
    status: Type.Optional(NUMBER_STATUS),
    assigned: Type.Optional(Type.Boolean()),
    search: Type.Optional(Type.String({ maxLength: 120, description: 'Part of the number or the notes.' })),
  },
  { additionalProperties: false },
);

interface NumberReads {
  readonly url: '/dids' | '/numbers';
  readonly tag: string;
  readonly scope: Scope | 'operator';
  readonly texts: { readonly all: string; readonly one: string };
}

/** Lists and shows numbers, to the operator and to tenants. */
export function defineNumberReads(define: DefineRoute, deps: AdminDeps, { url, tag, scope, texts }: NumberReads): void {
  define({
    method: 'GET',
    url,
    tag,
    summary: texts.all,
    scope,
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
    url: `${url}/:id`,
    tag,
    summary: texts.one,
    scope,
    params: ID_PARAMS,
    response: envelope(NUMBER_SHAPE),
    handler: async ({ principal, params, reply }) => {
      const did = await findDid(deps, principal, params.id);
      setEtag(reply, did.version);
      return { data: numberView(did) };
    },
  });
}
