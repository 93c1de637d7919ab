import { type Static, Type } from 'typebox';
import type { RecordStreamRow } from '../../tenancy/index.ts';
import { DELETED, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { checkWebhookUrl } from '../webhook-url.ts';
import { accountFilter } from './filters.ts';

const TAG = 'Calls';

const KIND = setOf<RecordStreamRow['kind']>({ http: true, file: true });
const STATUS = setOf<Exclude<RecordStreamRow['status'], 'deleted'>>({ active: true, paused: true });

const SHOWN = {
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer({ description: "null: the operator's, with the records of every account." })),
  kind: KIND,
  url: nullable(Type.String()),
  status: STATUS,
  sent: Type.Integer({ description: 'Records that were taken.' }),
  waiting: Type.Integer({ description: 'Records that it has not taken yet.' }),
  failures: Type.Integer({ description: 'In a row.' }),
  error: nullable(Type.String({ description: 'Why the last try failed.' })),
  next_try_at: nullable(Type.String()),
  created_at: Type.String(),
};
const SHAPE = Type.Object(SHOWN);
const URL_FIELD = Type.String({ minLength: 10, maxLength: 2000, description: 'https:// or http://.' });

const CREATE = Type.Object(
  {
    kind: Type.Optional(Type.Enum([...KIND.enum], { description: 'Default http; files are for the operator.' })),
    url: Type.Optional(URL_FIELD),
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);

const CHANGE = Type.Object(
  { url: Type.Optional(URL_FIELD), status: Type.Optional(STATUS) },
  { additionalProperties: false, minProperties: 1 },
);

/** Where an account wants the records of its calls (F-119). */
export function installRecordStreams(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  defineChanges(define, deps);
  define({
    method: 'POST',
    url: '/record-streams',
    tag: TAG,
    summary:
      'Stream call records from now on, as lines of JSON; the secret of an address is shown here and never again',
    scope: 'webhooks:write',
    body: CREATE,
    status: 201,
    response: envelope(Type.Object({ ...SHOWN, secret: nullable(Type.String()) })),
    handler: async ({ principal, body }) => {
      const { kind = 'http', url = null } = body;
      if (kind === 'file' && principal.kind !== 'operator')
        throw new ApiError('insufficient_scope', 'Files on this server are for the operator; give an address instead.');
      if (kind === 'file' && url !== null)
        throw fieldError('url', 'belongs to kind http; files have a place of their own');
      if (kind === 'http' && url === null) throw fieldError('url', 'must be an address like https://example.org/calls');
      if (url !== null) checkWebhookUrl(deps, url);
      const isPlatform = body.account_id === undefined && principal.accountId === null;
      const accountId = isPlatform ? null : (await targetAccount(deps, principal, body.account_id)).id;
      const { row, secret } = await deps.store.recordStreams.create(principal.actor, { accountId, url });
      return { data: { ...(await view(deps, row)), secret } };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/record-streams',
    tag: TAG,
    summary: 'List where call records go, and how far they have got',
    scope: 'webhooks:read',
    query: Type.Object(
      { ...sortedBy('created_at'), account_id: Type.Optional(Type.String({ maxLength: 64 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const { rows, meta } = paged(page, await deps.store.recordStreams.list(principal.visible, page, account));
      return { data: await views(deps, rows), meta };
    },
  });
  define({
    method: 'GET',
    url: '/record-streams/:id',
    tag: TAG,
    summary: 'Show a stream, without its secret',
    scope: 'webhooks:read',
    params: ID_PARAMS,
    response: envelope(SHAPE),
    handler: async ({ principal, params }) => ({
      data: await view(deps, await deps.store.recordStreams.get(principal.visible, params.id)),
    }),
  });
}

function defineChanges(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'PATCH',
    url: '/record-streams/:id',
    tag: TAG,
    summary: 'Change the address of a stream, or pause it and go on; what ends meanwhile waits 30 days',
    scope: 'webhooks:write',
    params: ID_PARAMS,
    body: CHANGE,
    response: envelope(SHAPE),
    handler: async ({ principal, params, body: { url, status } }) => {
      const before = await deps.store.recordStreams.get(principal.visible, params.id);
      if (url !== undefined && before.kind === 'file') throw fieldError('url', 'belongs to streams of kind http');
      if (url !== undefined) checkWebhookUrl(deps, url);
      return {
        data: await view(deps, await deps.store.recordStreams.update(principal.actor, before, { url, status })),
      };
    },
  });
  define({
    method: 'DELETE',
    url: '/record-streams/:id',
    tag: TAG,
    summary: 'End a stream; its files stay',
    scope: 'webhooks:write',
    params: ID_PARAMS,
    response: envelope(DELETED),
    handler: async ({ principal, params }) => {
      const { id, uuid } = await deps.store.recordStreams.get(principal.visible, params.id);
      await deps.store.recordStreams.remove(principal.actor, id);
      return { data: { id, uuid, status: 'deleted' } };
    },
  });
}

/** What waits for all of them is counted at once. */
async function views(deps: AdminDeps, rows: readonly RecordStreamRow[]): Promise<Static<typeof SHAPE>[]> {
  const waiting = await deps.store.recordStreams.waiting(rows);
  return rows.map((row) => viewOf(row, waiting.get(row.id) ?? 0));
}

async function view(deps: AdminDeps, row: RecordStreamRow): Promise<Static<typeof SHAPE>> {
  return viewOf(row, (await deps.store.recordStreams.waiting([row])).get(row.id) ?? 0);
}

function viewOf(row: RecordStreamRow, waiting: number): Static<typeof SHAPE> {
  const { id, uuid, accountId, kind, url, status, sent, failures, error, dueAtMs, createdAtMs } = row;
  return {
    ...{ id, uuid, account_id: accountId, kind, url, sent, failures, error },
    // Those that are deleted are not read any more.
    status: status === 'paused' ? ('paused' as const) : ('active' as const),
    waiting,
    next_try_at: failures === 0 ? null : isoTime(dueAtMs),
    created_at: isoTime(createdAtMs),
  };
}
