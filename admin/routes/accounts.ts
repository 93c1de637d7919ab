import { type Static, Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError } from '../errors.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { canSee, type Principal } from '../principal.ts';
import { envelope, ID_PARAMS, listEnvelope } from '../shapes.ts';
import type { AccountRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import {
  ACCOUNT_CREATE,
  ACCOUNT_SHAPE,
  ACCOUNT_STATUS,
  ACCOUNT_UPDATE,
  accountFields,
  accountView,
  GIVEN_FIELDS,
} from '../views/account.ts';

const TAG = 'Accounts';

const LIST_QUERY = Type.Object(
  {
    ...sortedBy('name', 'created_at', 'updated_at'),
    parent_id: Type.Optional(Type.String({ maxLength: 64, description: 'Only its children.' })),
    search: Type.Optional(Type.String({ maxLength: 120, description: 'Part of the name.' })),
    status: Type.Optional(ACCOUNT_STATUS),
  },
  { additionalProperties: false },
);

/** The tree of tenants: a key sees its own account and what is below it, never sideways or upward. */
export function installAccounts(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  define({
    method: 'POST',
    url: '/accounts',
    tag: TAG,
    summary: 'Create an account; a reseller creates children, the operator anything',
    scope: 'accounts:write',
    body: ACCOUNT_CREATE,
    status: 201,
    publishes: true,
    response: envelope(ACCOUNT_SHAPE),
    handler: async ({ principal, body, reply }) => {
      const { parent_id, ...fields } = body;
      refuseBulk(principal, body);
      const parentId = await parentOf(deps, principal, parent_id);
      const account = await deps.store.accounts.create(principal.actor, {
        ...accountFields(fields),
        name: body.name,
        parentId,
      });
      setEtag(reply, account.version);
      return { data: await viewOf(deps, principal, account) };
    },
  });
  define({
    method: 'PATCH',
    url: '/accounts/:id',
    tag: TAG,
    summary: 'Change, move, suspend or close an account',
    scope: 'accounts:write',
    params: ID_PARAMS,
    body: ACCOUNT_UPDATE,
    publishes: true,
    response: envelope(ACCOUNT_SHAPE),
    handler: async ({ principal, params, body, request, reply }) => {
      const account = await targetAccount(deps, principal, params.id);
      checkIfMatch(request, account.version);
      refuseOwnGrant(principal, account, body);
      refuseBulk(principal, body);
      const { parent_id, ...fields } = body;
      const parentId = parent_id === undefined ? undefined : await parentOf(deps, principal, parent_id);
      const changed = await deps.store.accounts.update(principal.actor, account.id, {
        ...accountFields(fields),
        parentId,
      });
      setEtag(reply, changed.version);
      return { data: await viewOf(deps, principal, changed) };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/accounts',
    tag: TAG,
    summary: 'List the own account and those below it',
    scope: 'accounts:read',
    query: LIST_QUERY,
    response: listEnvelope(ACCOUNT_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const parent = query.parent_id === undefined ? undefined : await targetAccount(deps, principal, query.parent_id);
      const { search, status } = query;
      const filter = {
        ...(parent === undefined ? {} : { parentId: parent.id }),
        ...(search === undefined ? {} : { search }),
        ...(status === undefined ? {} : { status }),
      };
      const { rows, meta } = paged(page, await deps.store.accounts.list(principal.visible, page, filter));
      return { data: await Promise.all(rows.map((account) => viewOf(deps, principal, account))), meta };
    },
  });
  define({
    method: 'GET',
    url: '/accounts/:id',
    tag: TAG,
    summary: 'Show an account with its effective values and where they come from',
    scope: 'accounts:read',
    params: ID_PARAMS,
    response: envelope(ACCOUNT_SHAPE),
    handler: async ({ principal, params, reply }) => {
      const account = await targetAccount(deps, principal, params.id);
      setEtag(reply, account.version);
      return { data: await viewOf(deps, principal, account) };
    },
  });
}

async function viewOf(deps: AdminDeps, principal: Principal, account: AccountRow) {
  return accountView(await deps.store.accounts.chain(account.id), (id) => canSee(principal, id));
}

/** The parent of a new or moved account: for a tenant one it may see that is a reseller. */
export async function parentOf(
  deps: AdminDeps,
  principal: Principal,
  named: number | string | null | undefined,
): Promise<number | null> {
  if (principal.accountId === null && (named === undefined || named === null)) return null;
  if (named === null) throw fieldError('parent_id', 'only the operator makes platform-direct accounts');
  const parent = await targetAccount(deps, principal, named);
  if (!parent.isReseller) throw new ApiError('not_reseller', `${parent.name} is not a reseller account.`);
  return parent.id;
}

/** Nobody raises the own ceilings, moves or revives the own account. */
export function refuseOwnGrant(principal: Principal, account: AccountRow, body: Static<typeof ACCOUNT_UPDATE>): void {
  if (principal.kind === 'operator' || account.id !== principal.homeAccountId) return;
  const granted = Object.keys(body).filter((field) => GIVEN_FIELDS.includes(field));
  if (granted.length === 0) return;
  const words = `${granted.join(', ')} of an account can be changed only by the account above it or the operator.`;
  throw new ApiError('insufficient_scope', words);
}

export function refuseBulk(principal: Principal, body: { readonly bulk?: boolean }): void {
  if (body.bulk !== undefined && principal.kind !== 'operator') {
    throw new ApiError('operator_only', 'Only the operator may set bulk.');
  }
}
