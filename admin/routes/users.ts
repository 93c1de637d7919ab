import { Type } from 'typebox';
import { DELETED, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, notFound } from '../errors.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { ROLES, scopesBeyond } from '../scopes.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, NAME, nullable } from '../shapes.ts';
import type { UserRow } from '../store-port.ts';
import { ownerOf } from './api-keys.ts';
import { ACCOUNT_FILTER, accountFilter, searchBy } from './filters.ts';

const TAG = 'Users';

const EMAIL = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: '^[^\\s<>,;@\\u0000-\\u001f]+@[^\\s<>,;@\\u0000-\\u001f]+$',
});
const ROLE = Type.Enum(Object.keys(ROLES) as (keyof typeof ROLES)[], { description: 'A set of scopes.' });

const SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer({ description: "null: one of the operator's people." })),
  email: Type.String(),
  name: Type.String(),
  role: ROLE,
  scopes: Type.Array(Type.String(), { description: 'What the role may do.' }),
  status: setOf<UserRow['status']>({ active: true, suspended: true, deleted: true }),
  created_at: Type.String(),
  updated_at: Type.String(),
});

const CREATE = Type.Object(
  { email: EMAIL, name: NAME, role: ROLE, account_id: Type.Optional(ID_OR_UUID) },
  { additionalProperties: false },
);

const UPDATE = Type.Object(
  {
    email: Type.Optional(EMAIL),
    name: Type.Optional(NAME),
    role: Type.Optional(ROLE),
    status: Type.Optional(Type.Enum(['active', 'suspended'])),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** People and what they may do. Nobody gives a role that can do more than the own key (A24). */
export function installUsers(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  define({
    method: 'POST',
    url: '/users',
    tag: TAG,
    summary: 'Add a person with a role',
    scope: 'admin',
    body: CREATE,
    status: 201,
    response: envelope(SHAPE),
    handler: async ({ principal, body, reply }) => {
      refuseMore(principal, body.role);
      const accountId = await ownerOf(deps, principal, body.account_id);
      const { email, name, role } = body;
      const user = await deps.store.users.create(principal.actor, { accountId, email, name, role });
      setEtag(reply, user.version);
      return { data: userView(user) };
    },
  });
  define({
    method: 'PATCH',
    url: '/users/:id',
    tag: TAG,
    summary: 'Change a person, or suspend one',
    scope: 'admin',
    params: ID_PARAMS,
    body: UPDATE,
    response: envelope(SHAPE),
    handler: async ({ principal, params, body, request, reply }) => {
      const user = await findUser(deps, principal, params.id);
      checkIfMatch(request, user.version);
      if (body.role !== undefined) refuseMore(principal, body.role);
      const changed = await deps.store.users.update(principal.actor, user.id, body);
      setEtag(reply, changed.version);
      return { data: userView(changed) };
    },
  });
  define({
    method: 'DELETE',
    url: '/users/:id',
    tag: TAG,
    summary: 'Remove a person',
    scope: 'admin',
    params: ID_PARAMS,
    response: envelope(DELETED),
    handler: async ({ principal, params, request }) => {
      const user = await findUser(deps, principal, params.id);
      checkIfMatch(request, user.version);
      await deps.store.users.remove(principal.actor, user.id);
      return { data: { id: user.id, uuid: user.uuid, status: 'deleted' } };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/users',
    tag: TAG,
    summary: 'List people',
    scope: 'admin',
    query: Type.Object(
      {
        ...sortedBy('name', 'email', 'created_at', 'updated_at'),
        ...ACCOUNT_FILTER,
        ...searchBy('Part of the name or of the address.'),
      },
      { additionalProperties: false },
    ),
    response: listEnvelope(SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = { ...(await accountFilter(deps, principal, query.account_id)), search: query.search };
      const { rows, meta } = paged(page, await deps.store.users.list(principal.visible, page, filter));
      return { data: rows.map(userView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/users/:id',
    tag: TAG,
    summary: 'Show a person',
    scope: 'admin',
    params: ID_PARAMS,
    response: envelope(SHAPE),
    handler: async ({ principal, params, reply }) => {
      const user = await findUser(deps, principal, params.id);
      setEtag(reply, user.version);
      return { data: userView(user) };
    },
  });
}

async function findUser(deps: AdminDeps, principal: Principal, ref: string): Promise<UserRow> {
  const user = await deps.store.users.find(principal.visible, ref);
  if (user === undefined) throw notFound('user');
  return user;
}

function refuseMore(principal: Principal, role: UserRow['role']): void {
  const beyond = scopesBeyond(principal.scopes, ROLES[role]);
  if (beyond.length > 0) throw new ApiError('insufficient_scope', `You do not hold ${beyond.join(', ')} yourself.`);
}

function userView(user: UserRow) {
  const { id, uuid, email, name, role, status } = user;
  const times = { created_at: isoTime(user.createdAtMs), updated_at: isoTime(user.updatedAtMs) };
  return { id, uuid, account_id: user.accountId, email, name, role, scopes: ROLES[role], status, ...times };
}
