import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { isoTime, listEnvelope, nullable } from '../shapes.ts';
import { ACCOUNT_FILTER, accountFilter } from './filters.ts';

const ENTRY_SHAPE = Type.Object({
  id: Type.Integer(),
  at: Type.String(),
  account_id: nullable(Type.Integer()),
  actor: Type.String(),
  action: Type.String(),
  resource: Type.String(),
  resource_id: Type.String(),
  before: Type.Unknown(),
  after: Type.Unknown(),
});

const TEXT = Type.Optional(Type.String({ minLength: 1, maxLength: 255 }));
const QUERY = Type.Object(
  {
    ...sortedBy('at', 'action', 'resource'),
    ...ACCOUNT_FILTER,
    actor: TEXT,
    action: TEXT,
    resource: TEXT,
    resource_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'As the entries show it.' })),
  },
  { additionalProperties: false },
);

/** Who changed what, with the values before and after (F-121). */
export function installAudit(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/audit',
    tag: 'Audit',
    summary: 'List changes',
    scope: 'admin',
    query: QUERY,
    response: listEnvelope(ENTRY_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const { actor, action, resource, resource_id: resourceId } = query;
      const filter = {
        actor,
        action,
        resource,
        resourceId,
        ...(await accountFilter(deps, principal, query.account_id)),
      };
      const { rows, meta } = paged(page, await deps.store.audit.list(principal.visible, page, filter));
      const data = rows.map(({ accountId, resourceId, atMs, ...entry }) => ({
        ...entry,
        after: withoutFile(entry.after),
        at: isoTime(atMs),
        account_id: accountId,
        resource_id: resourceId,
      }));
      return { data, meta };
    },
  });
}

/** A tenant file that was applied is read at its own address: a list of changes must not carry megabytes. */
function withoutFile(after: unknown): unknown {
  if (after === null || typeof after !== 'object' || !('yaml' in after)) return after;
  const { yaml, ...rest } = after;
  return rest;
}
