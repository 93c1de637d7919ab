import { type Static, Type } from 'typebox';
import type { Destination } from '../../bus/index.ts';
import type { AdminDeps } from '../deps.ts';
import { fieldError, notFound } from '../errors.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID, ID_OR_UUID, ID_PARAMS, listEnvelope, NOTES } from '../shapes.ts';
import type { DidRow, TrunkRow } from '../store-port.ts';
import { DESTINATION_INPUT, parseDestination, ROUTING_SHAPE, routingView, trunkIdOf } from '../views/did.ts';
import { accountFilter } from './filters.ts';
import { findTrunk } from './sip-trunks.ts';

const TAG = 'DID routing';
const PATH = '/portal/did-routing';

const ASSIGN = Type.Object(
  {
    did_number_id: Type.Optional(ID),
    number: Type.Optional(
      Type.String({ minLength: 3, maxLength: 32, description: 'E.164, instead of did_number_id.' }),
    ),
    sip_trunk_id: Type.Optional(ID_OR_UUID),
    sip_trunk_uuid: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    destination: Type.Optional(DESTINATION_INPUT),
    notes: Type.Optional(NOTES),
  },
  { additionalProperties: false },
);

const LIST_QUERY = Type.Object(
  {
    ...sortedBy('number', 'created_at', 'updated_at'),
    account_id: Type.Optional(Type.String({ maxLength: 64 })),
    sip_trunk_id: Type.Optional(Type.String({ maxLength: 64, description: 'Integer id or uuid.' })),
    assigned: Type.Optional(Type.Boolean()),
    search: Type.Optional(Type.String({ maxLength: 120 })),
  },
  { additionalProperties: false },
);

/** Which number rings where: S0:45-47, S1:109-116, A1, F-008. */
export function installDidRouting(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  define({
    method: 'POST',
    url: PATH,
    tag: TAG,
    summary: 'Assign a number to a trunk (or another destination)',
    scope: 'routing:write',
    body: ASSIGN,
    status: 201,
    publishes: true,
    response: envelope(ROUTING_SHAPE),
    handler: async ({ principal, body, request, reply }) => {
      const did = await namedDid(deps, principal, body);
      checkIfMatch(request, did.version);
      const { destination, trunk } = await namedDestination(deps, principal, body);
      const changed = await deps.store.dids.update(principal.actor, did.id, { destination, notes: body.notes });
      setEtag(reply, changed.version);
      return { data: routingView(changed, trunk) };
    },
  });
  define({
    method: 'DELETE',
    url: `${PATH}/:id`,
    tag: TAG,
    summary: 'Unassign a number; it follows did_default_dest from then on',
    scope: 'routing:write',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(ROUTING_SHAPE),
    handler: async ({ principal, params, request }) => {
      const did = await findDid(deps, principal, params.id);
      checkIfMatch(request, did.version);
      const changed = await deps.store.dids.update(principal.actor, did.id, { destination: null });
      return { data: routingView(changed, undefined) };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: PATH,
    tag: TAG,
    summary: 'List numbers with where they ring',
    scope: 'routing:read',
    query: LIST_QUERY,
    response: listEnvelope(ROUTING_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      const trunk = query.sip_trunk_id === undefined ? {} : await trunkFilter(deps, principal, query.sip_trunk_id);
      const filter = { ...query, ...account, ...trunk };
      const { rows, meta } = paged(page, await deps.store.dids.list(principal.visible, page, filter));
      return { data: await Promise.all(rows.map((did) => viewOf(deps, principal, did))), meta };
    },
  });
  define({
    method: 'GET',
    url: `${PATH}/:id`,
    tag: TAG,
    summary: 'Show where a number rings',
    scope: 'routing:read',
    params: ID_PARAMS,
    response: envelope(ROUTING_SHAPE),
    handler: async ({ principal, params, reply }) => {
      const did = await findDid(deps, principal, params.id);
      setEtag(reply, did.version);
      return { data: await viewOf(deps, principal, did) };
    },
  });
}

/** @throws {ApiError} 404 alike for a number that is not there and for somebody else's. */
export async function findDid(deps: AdminDeps, principal: Principal, ref: number | string): Promise<DidRow> {
  const did = await deps.store.dids.find(principal.visible, ref);
  if (did === undefined) throw notFound('number');
  return did;
}

/** `+31…`, `0031…` or bare digits of an international number, as E.164. */
export function toE164(text: string): string {
  const digits = text.replace(/[\s().-]/g, '');
  if (digits.startsWith('+')) return digits;
  return `+${digits.replace(/^00/, '')}`;
}

async function namedDid(deps: AdminDeps, principal: Principal, body: Static<typeof ASSIGN>): Promise<DidRow> {
  if (body.did_number_id !== undefined) return findDid(deps, principal, body.did_number_id);
  if (body.number === undefined) throw fieldError('did_number_id', 'is required (or number)');
  const did = await deps.store.dids.findByNumber(principal.visible, toE164(body.number));
  if (did === undefined) throw notFound('number');
  return did;
}

async function namedDestination(
  deps: AdminDeps,
  principal: Principal,
  body: Static<typeof ASSIGN>,
): Promise<{ readonly destination: Destination; readonly trunk: TrunkRow | undefined }> {
  const ref = body.sip_trunk_id ?? body.sip_trunk_uuid;
  if (ref !== undefined) {
    const trunk = await findTrunk(deps, principal, ref);
    const kind = trunk.kind === 'extension' ? 'extension' : 'trunk';
    return { destination: { kind, trunkId: trunk.id }, trunk };
  }
  if (body.destination === undefined) throw fieldError('sip_trunk_id', 'is required (or destination)');
  const destination = parseDestination(body.destination);
  if (destination === undefined) throw fieldError('destination', 'needs an id (of a trunk or group) or a uri');
  if (destination.kind !== 'trunk' && destination.kind !== 'extension') return { destination, trunk: undefined };
  return { destination, trunk: await findTrunk(deps, principal, destination.trunkId) };
}

async function viewOf(deps: AdminDeps, principal: Principal, did: DidRow) {
  const trunkId = trunkIdOf(did);
  const trunk = trunkId === null ? undefined : await deps.store.trunks.find(principal.visible, trunkId);
  return routingView(did, trunk);
}

async function trunkFilter(deps: AdminDeps, principal: Principal, ref: string): Promise<{ readonly trunkId: number }> {
  return { trunkId: (await findTrunk(deps, principal, ref)).id };
}
