import { type Static, Type } from 'typebox';
import { DELETED } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError, notFound } from '../errors.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID_OR_UUID, ID_PARAMS, listEnvelope, NAME } from '../shapes.ts';
import type { GroupRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import { GROUP_FIELDS, GROUP_SHAPE, groupView } from '../views/trunk-group.ts';
import { ACCOUNT_FILTER, accountFilter, searchBy } from './filters.ts';

const TAG = 'Trunk groups';
const PATH = '/trunk-groups';

const UPDATE = Type.Object(GROUP_FIELDS, { additionalProperties: false, minProperties: 1 });
const CREATE = Type.Object(
  { ...GROUP_FIELDS, name: NAME, account_id: Type.Optional(ID_OR_UUID) },
  { additionalProperties: false },
);
const LIST_QUERY = Type.Object(
  { ...sortedBy('name', 'created_at', 'updated_at'), ...ACCOUNT_FILTER, ...searchBy('Part of the name.') },
  { additionalProperties: false },
);

/** Failover and sharing among PBXes of one account (A26). */
export function installTrunkGroups(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  define({
    method: 'POST',
    url: PATH,
    tag: TAG,
    summary: 'Create a trunk group',
    scope: 'trunks:write',
    body: CREATE,
    status: 201,
    publishes: true,
    response: envelope(GROUP_SHAPE),
    handler: async ({ principal, body, reply }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const members = await membersOf(deps, account.id, body.members);
      const fields = { accountId: account.id, name: body.name, strategy: body.strategy, members };
      const group = await deps.store.groups.create(principal.actor, fields);
      setEtag(reply, group.version);
      return { data: groupView(group) };
    },
  });
  defineChanges(define, deps);
}

function defineChanges(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'PATCH',
    url: `${PATH}/:id`,
    tag: TAG,
    summary: 'Change a trunk group; members are replaced as a whole',
    scope: 'trunks:write',
    params: ID_PARAMS,
    body: UPDATE,
    publishes: true,
    response: envelope(GROUP_SHAPE),
    handler: async ({ principal, params, body, request, reply }) => {
      const group = await findGroup(deps, principal, params.id);
      checkIfMatch(request, group.version);
      const members = await membersOf(deps, group.accountId, body.members);
      const fields = { name: body.name, strategy: body.strategy, members };
      const changed = await deps.store.groups.update(principal.actor, group.id, fields);
      setEtag(reply, changed.version);
      return { data: groupView(changed) };
    },
  });
  define({
    method: 'DELETE',
    url: `${PATH}/:id`,
    tag: TAG,
    summary: 'Delete a trunk group; its numbers become unassigned',
    scope: 'trunks:write',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(DELETED),
    handler: async ({ principal, params, request }) => {
      const { id, uuid, version } = await findGroup(deps, principal, params.id);
      checkIfMatch(request, version);
      await deps.store.groups.remove(principal.actor, id);
      return { data: { id, uuid, status: 'deleted' } };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: PATH,
    tag: TAG,
    summary: 'List trunk groups',
    scope: 'trunks:read',
    query: LIST_QUERY,
    response: listEnvelope(GROUP_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const filter = { ...(await accountFilter(deps, principal, query.account_id)), search: query.search };
      const { rows, meta } = paged(page, await deps.store.groups.list(principal.visible, page, filter));
      return { data: rows.map(groupView), meta };
    },
  });
  define({
    method: 'GET',
    url: `${PATH}/:id`,
    tag: TAG,
    summary: 'Show a trunk group',
    scope: 'trunks:read',
    params: ID_PARAMS,
    response: envelope(GROUP_SHAPE),
    handler: async ({ principal, params, reply }) => {
      const group = await findGroup(deps, principal, params.id);
      setEtag(reply, group.version);
      return { data: groupView(group) };
    },
  });
}

async function findGroup(deps: AdminDeps, principal: Principal, ref: string): Promise<GroupRow> {
  const group = await deps.store.groups.find(principal.visible, ref);
  if (group === undefined) throw notFound('trunk group');
  return group;
}

/** Members are trunks of the same account; of any other they do not exist here. */
async function membersOf(
  deps: AdminDeps,
  accountId: number,
  given: Static<typeof GROUP_FIELDS.members> | undefined,
): Promise<GroupRow['members'] | undefined> {
  if (given === undefined) return undefined;
  const own = new Set([accountId]);
  for (const [at, { sip_trunk_id: id }] of given.entries()) {
    const trunk = await deps.store.trunks.find(own, id);
    if (trunk === undefined) throw fieldError(`members[${at}].sip_trunk_id`, 'is no trunk of this account');
  }
  if (new Set(given.map((member) => member.sip_trunk_id)).size < given.length) {
    throw fieldError('members', 'must name each trunk once');
  }
  return given.map(({ sip_trunk_id, priority, weight }) => ({
    trunkId: sip_trunk_id,
    priority: priority ?? 1,
    weight: weight ?? 1,
  }));
}
