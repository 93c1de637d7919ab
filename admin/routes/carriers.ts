import { type Static, Type } from 'typebox';
import { DELETED } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import { checkIfMatch, setEtag } from '../http/etag.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_PARAMS, listEnvelope, NAME } from '../shapes.ts';
import type { CarrierRow } from '../store-port.ts';
import { CARRIER_FIELDS, CARRIER_SHAPE, carrierFields, carrierView } from '../views/carrier.ts';
import { searchBy } from './filters.ts';

const TAG = 'Carriers';

const CREATE = Type.Object({ ...CARRIER_FIELDS, name: NAME }, { additionalProperties: false });
const UPDATE = Type.Object(CARRIER_FIELDS, { additionalProperties: false, minProperties: 1 });

/** Upstream peers; they belong to the platform, so they are the operator's alone. */
export function installCarriers(define: DefineRoute, deps: AdminDeps): void {
  defineReads(define, deps);
  define({
    method: 'POST',
    url: '/carriers',
    tag: TAG,
    summary: 'Add a carrier',
    scope: 'operator',
    body: CREATE,
    status: 201,
    publishes: true,
    response: envelope(CARRIER_SHAPE),
    handler: async ({ principal, body, reply }) => {
      const fields = { ...carrierFields(body as Static<typeof UPDATE>), name: body.name };
      const carrier = await deps.store.carriers.create(principal.actor, fields);
      setEtag(reply, carrier.version);
      return { data: carrierView(carrier) };
    },
  });
  define({
    method: 'PATCH',
    url: '/carriers/:id',
    tag: TAG,
    summary: 'Change a carrier; a list given replaces the whole list',
    scope: 'operator',
    params: ID_PARAMS,
    body: UPDATE,
    publishes: true,
    response: envelope(CARRIER_SHAPE),
    handler: async ({ principal, params, body, request, reply }) => {
      const carrier = await findCarrier(deps, params.id);
      checkIfMatch(request, carrier.version);
      const changed = await deps.store.carriers.update(principal.actor, carrier.id, carrierFields(body));
      setEtag(reply, changed.version);
      return { data: carrierView(changed) };
    },
  });
  define({
    method: 'DELETE',
    url: '/carriers/:id',
    tag: TAG,
    summary: 'Remove a carrier',
    scope: 'operator',
    params: ID_PARAMS,
    publishes: true,
    response: envelope(DELETED),
    handler: async ({ principal, params, request }) => {
      const { id, uuid, version } = await findCarrier(deps, params.id);
      checkIfMatch(request, version);
      await deps.store.carriers.remove(principal.actor, id);
      return { data: { id, uuid, status: 'deleted' } };
    },
  });
}

function defineReads(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/carriers',
    tag: TAG,
    summary: 'List carriers',
    scope: 'operator',
    query: Type.Object(
      { ...sortedBy('name', 'created_at', 'updated_at'), ...searchBy('Part of the name.') },
      { additionalProperties: false },
    ),
    response: listEnvelope(CARRIER_SHAPE),
    handler: async ({ query }) => {
      const page = parsePage(query);
      const { rows, meta } = paged(page, await deps.store.carriers.list(page, query));
      return { data: rows.map(carrierView), meta };
    },
  });
  define({
    method: 'GET',
    url: '/carriers/:id',
    tag: TAG,
    summary: 'Show a carrier',
    scope: 'operator',
    params: ID_PARAMS,
    response: envelope(CARRIER_SHAPE),
    handler: async ({ params, reply }) => {
      const carrier = await findCarrier(deps, params.id);
      setEtag(reply, carrier.version);
      return { data: carrierView(carrier) };
    },
  });
}

export async function findCarrier(deps: AdminDeps, ref: string): Promise<CarrierRow> {
  const carrier = await deps.store.carriers.find(ref);
  if (carrier === undefined) throw notFound('carrier');
  return carrier;
}
