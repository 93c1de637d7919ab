import { Type } from 'typebox';
import { DELETED } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { checksDomains } from '../domain-check.ts';
import { notFound } from '../errors.ts';
import { freeTrunkName } from '../free-trunk-name.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { RegistrationStatus } from '../ports.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID_PARAMS, listEnvelope, nullable } from '../shapes.ts';
import type { TrunkRow } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';
import { PBX_CONFIG_SHAPE, PBX_KIND, pbxConfigField } from '../views/pbx-config.ts';
import {
  TRUNK_CREATE,
  TRUNK_CREATED_SHAPE,
  TRUNK_SHAPE,
  TRUNK_STATUS,
  TRUNK_UPDATE,
  trunkFields,
  trunkView,
} from '../views/trunk.ts';
import { accountFilter } from './filters.ts';

/** Trunks of PBXes, and phones: the same rows under two addresses. */
interface Resource {
  readonly path: string;
  readonly tag: string;
  readonly one: 'trunk' | 'extension';
}

const TRUNKS: Resource = { path: '/portal/sip-trunks', tag: 'SIP trunks', one: 'trunk' };
const EXTENSIONS: Resource = { path: '/extensions', tag: 'Extensions', one: 'extension' };

const LIST_QUERY = Type.Object(
  {
    ...sortedBy('name', 'username', 'created_at', 'updated_at'),
    account_id: Type.Optional(Type.String({ maxLength: 64 })),
    status: Type.Optional(TRUNK_STATUS),
    search: Type.Optional(Type.String({ maxLength: 120, description: 'Part of the name or user name.' })),
  },
  { additionalProperties: false },
);

const REGENERATE = Type.Object(
  {
    pbx: Type.Optional(PBX_KIND),
    rotate_username: Type.Optional(Type.Boolean()),
    overlap_seconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 30 * 86_400, description: 'How long the old password stays good.' }),
    ),
  },
  { additionalProperties: false },
);

const CREDENTIALS_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  sip_server: Type.String(),
  realm: Type.String(),
  username: Type.String(),
  password: nullable(Type.String({ description: 'Told here and never again.' })),
  pbx_config: Type.Optional(PBX_CONFIG_SHAPE),
});

/** Trunks: S0:36-39, S1:122-153, A1, A7-A9. */
export function installSipTrunks(define: DefineRoute, deps: AdminDeps): void {
  installResource(define, deps, TRUNKS);
}

/** A phone's identity inside an account; otherwise all that a trunk is. */
export function installExtensions(define: DefineRoute, deps: AdminDeps): void {
  installResource(define, deps, EXTENSIONS);
}

function installResource(define: DefineRoute, deps: AdminDeps, resource: Resource): void {
  defineReads(define, deps, resource);
  defineCreate(define, deps, resource);
  defineRegenerate(define, deps, resource);
  defineChanges(define, deps, resource);
}

function defineReads(define: DefineRoute, deps: AdminDeps, { path, tag, one }: Resource): void {
  define({
    method: 'GET',
    url: path,
    tag,
    summary: `List ${one}s`,
    scope: 'trunks:read',
    query: LIST_QUERY,
    response: listEnvelope(TRUNK_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const kind = one === 'extension' ? { kind: one } : {};
      const found = await deps.store.trunks.list(principal.visible, page, { ...query, ...account, ...kind });
      const { rows, meta } = paged(page, found);
      const registrations = await explainedRegistrationsOf(deps, rows);
      return { data: rows.map((trunk) => trunkView(trunk, registrations.get(trunk.id))), meta };
    },
  });
  define({
    method: 'GET',
    url: `${path}/:id`,
    tag,
    summary: `Show the ${one} with its registration`,
    scope: 'trunks:read',
    params: ID_PARAMS,
    response: envelope(TRUNK_SHAPE),
    handler: async ({ principal, params, reply }) => {
      const trunk = await findOne(deps, principal, one, params.id);
      setEtag(reply, trunk.version);
      return { data: await viewOf(deps, trunk) };
    },
  });
}

function defineCreate(define: DefineRoute, deps: AdminDeps, { path, tag, one }: Resource): void {
  define({
    method: 'POST',
    url: path,
    tag,
    summary: `Create the ${one}; it can register as soon as this is answered`,
    scope: 'trunks:write',
    body: TRUNK_CREATE,
    status: 201,
    publishes: true,
    response: envelope(TRUNK_CREATED_SHAPE),
    handler: async ({ principal, body, reply }) => {
      const account = await targetAccount(deps, principal, body.account_id);
      const name = await freeTrunkName(deps, account.id, body.name);
      const mayChooseUsername = principal.kind === 'operator';
      const kind = one === 'extension' ? one : body.kind;
      const rights = { mayChooseUsername, needsVerifiedDomain: checksDomains(deps, principal) };
      const fields = { ...trunkFields(body), kind, name, accountId: account.id, ...rights };
      const { trunk, password } = await deps.store.trunks.create(principal.actor, fields);
      setEtag(reply, trunk.version);
      const config = await pbxConfigField(deps, body.pbx, trunk, password);
      return { data: { ...trunkView(trunk, undefined), password, ...config } };
    },
  });
}

function defineRegenerate(define: DefineRoute, deps: AdminDeps, { path, tag, one }: Resource): void {
  define({
    method: 'POST',
    url: `${path}/:id/regenerate-credentials`,
    tag,
    summary: `Make a new password; without overlap_seconds the ${one} is disconnected at once`,
    scope: 'trunks:write',
    params: ID_PARAMS,
    body: REGENERATE,
    publishes: true,
    response: envelope(CREDENTIALS_SHAPE),
    handler: async ({ principal, params, body }) => {
      const { id } = await findOne(deps, principal, one, params.id);
      const options = { rotateUsername: body.rotate_username ?? false, overlapSec: body.overlap_seconds ?? 0 };
      const { trunk, password } = await deps.store.trunks.regenerate(principal.actor, id, options);
      const { uuid, realm, username } = trunk;
      const config = await pbxConfigField(deps, body.pbx, trunk, password);
      return { data: { id, uuid, sip_server: realm, realm, username, password, ...config } };
    },
  });
}

function defineChanges(define: DefineRoute, deps: AdminDeps, { path, tag, one }: Resource): void {
  define({
    method: 'PATCH',
    url: `${path}/:id`,
    tag,
    summary: `Change the ${one}`,
    scope: 'trunks:write',
    params: ID_PARAMS,
    body: TRUNK_UPDATE,
    publishes: true,
    response: envelope(TRUNK_SHAPE),
    handler: async ({ principal, params, body, request, reply }) => {
      const trunk = await findOne(deps, principal, one, params.id);
      checkIfMatch(request, trunk.version);
      const changed = await deps.store.trunks.update(principal.actor, trunk.id, trunkFields(body));
      setEtag(reply, changed.version);
      return { data: await viewOf(deps, changed) };
    },
  });
  define({
    method: 'DELETE',
    url: `${path}/:id`,
    tag,
    summary: `Delete the ${one}; its registration ends at once and its numbers become unassigned`,
    scope: 'trunks:write',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(DELETED),
    handler: async ({ principal, params, request }) => {
      const trunk = await findOne(deps, principal, one, params.id);
      checkIfMatch(request, trunk.version);
      await deps.store.trunks.remove(principal.actor, trunk.id);
      return { data: { id: trunk.id, uuid: trunk.uuid, status: 'deleted' } };
    },
  });
}

async function findOne(deps: AdminDeps, principal: Principal, one: Resource['one'], ref: string): Promise<TrunkRow> {
  const trunk = await findTrunk(deps, principal, ref);
  if (one === 'extension' && trunk.kind !== 'extension') throw notFound('extension');
  return trunk;
}

/** @throws {ApiError} 404 alike for a trunk that is not there and for one that is somebody else's. */
export async function findTrunk(deps: AdminDeps, principal: Principal, ref: number | string): Promise<TrunkRow> {
  const trunk = await deps.store.trunks.find(principal.visible, ref);
  if (trunk === undefined) throw notFound('trunk');
  return trunk;
}

/** Trunks in one question to SIP, so that the SIP thread is never busy for long with an answer. */
const MOST_AT_ONCE = 500;

/** Registrations by trunk id. */
export async function registrationsOf(
  deps: AdminDeps,
  trunks: readonly { readonly id: number }[],
): Promise<ReadonlyMap<number, RegistrationStatus>> {
  const found = new Map<number, RegistrationStatus>();
  for (let from = 0; from < trunks.length; from += MOST_AT_ONCE) {
    const trunkIds = trunks.slice(from, from + MOST_AT_ONCE).map((trunk) => trunk.id);
    for (const status of await deps.sip.request('registrations', { trunkIds })) found.set(status.trunkId, status);
  }
  return found;
}

async function viewOf(deps: AdminDeps, trunk: TrunkRow) {
  return trunkView(trunk, (await explainedRegistrationsOf(deps, [trunk])).get(trunk.id));
}

/** Registrations by trunk id, each with the newest failed REGISTER of the trunk; for a page of them. */
export async function explainedRegistrationsOf(
  deps: AdminDeps,
  trunks: readonly { readonly id: number }[],
): Promise<ReadonlyMap<number, RegistrationStatus>> {
  const registrations = await registrationsOf(deps, trunks);
  const failures = await deps.records.lastFailures(trunks.map((trunk) => trunk.id));
  const never = { state: 'never', sinceMs: null, reason: null, contacts: [] } as const;
  return new Map(
    trunks.map(({ id }) => {
      const status = registrations.get(id) ?? { trunkId: id, ...never };
      const lastFailure = failures.get(id);
      return [id, lastFailure === undefined ? status : { ...status, lastFailure }];
    }),
  );
}
