import { Type } from 'typebox';
import { isOptIn, type OutboxRow, renderEvent } from '../../tenancy/index.ts';
import { EVENT } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { isoTime, nullable } from '../shapes.ts';
import { accountFilter } from './filters.ts';

const TAG = 'Webhooks';
const MOST = 100;
const NEWEST = 'latest';

const SHOWN = Type.Object({
  id: Type.String({ description: 'As in X-DIDfarm-Event-Id.' }),
  event: EVENT,
  account_id: nullable(Type.Integer()),
  timestamp: Type.String(),
  data: Type.Object({}, { additionalProperties: true }),
  body: Type.String({ description: 'The very bytes that webhooks carry.' }),
});

const QUERY = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        maxLength: 20,
        description: 'evt_…: what came after it; latest: nothing yet, only where to go on.',
      }),
    ),
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$', description: `At most ${MOST}.` })),
    event: Type.Optional(EVENT),
    account_id: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
);

/** What has happened, for programs that ask rather than listen; `didfarm listen` lives on it. */
export function installEvents(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/events',
    tag: TAG,
    summary: 'Events of the last 30 days, oldest first; ask again with meta.next_after for what came since',
    scope: 'webhooks:read',
    query: QUERY,
    response: Type.Object({ data: Type.Array(SHOWN), meta: Type.Object({ next_after: Type.String() }) }),
    handler: async ({ principal, query }) => {
      const { accountId = undefined } = await accountFilter(deps, principal, query.account_id);
      // Nothing is written of calls while nobody wants to hear of them.
      if (query.event !== undefined && isOptIn(query.event))
        await deps.store.events.askForCalls(accountId ?? principal.accountId);
      if (query.after === NEWEST) return page([], await deps.store.events.newestId());
      const afterId = idOf(query.after);
      const limit = Math.min(Math.max(Number(query.limit ?? MOST), 1), MOST);
      const rows = await deps.store.events.list(principal.visible, { afterId, accountId, limit });
      const wanted = query.event === undefined ? rows : rows.filter(({ event }) => event === query.event);
      return page(wanted, rows.at(-1)?.id ?? afterId);
    },
  });
}

function page(rows: readonly OutboxRow[], lastId: number) {
  return { data: rows.map(eventView), meta: { next_after: `evt_${lastId}` } };
}

function eventView(row: OutboxRow) {
  const { id, event, accountId, createdAtMs, data } = row;
  const shown = { id: `evt_${id}`, event, account_id: accountId, timestamp: isoTime(createdAtMs) };
  return { ...shown, data: data as Record<string, never>, body: renderEvent(row) };
}

function idOf(after: string | undefined): number {
  if (after === undefined) return 0;
  const [, digits] = /^evt_(\d{1,15})$/.exec(after) ?? [];
  if (digits === undefined) throw fieldError('after', 'must be the id of an event (evt_…) or latest');
  return Number(digits);
}
