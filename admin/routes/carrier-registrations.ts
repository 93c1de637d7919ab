import { Type } from 'typebox';
import { orNull, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import type { PolicyHolder, StoredPolicy } from '../policy-store-port.ts';
import type { CarrierRegistrationStatus } from '../ports.ts';
import { envelope, ID_PARAMS, isoTime, nullable } from '../shapes.ts';
import { REGISTRATION_PATCH } from '../views/routing-policy.ts';
import { findCarrier } from './carriers.ts';

const TAG = 'Carriers';
const PATH = '/carriers/:id/registration';

type Live = CarrierRegistrationStatus;

const STATE = Type.Object({
  state: setOf<Live['state']>({ trying: true, registered: true, failed: true }),
  since: Type.String(),
  expires_at: nullable(Type.String()),
  node: nullable(Type.String({ description: 'Who answered: calls go there (P26).' })),
  status: nullable(Type.Integer({ description: 'Of the last REGISTER.' })),
  fault: orNull(
    setOf<NonNullable<Live['fault']>>({
      wrong_password: true,
      refused: true,
      no_answer: true,
      unanswerable_challenge: true,
    }),
  ),
  next_at: nullable(Type.String()),
});

const SHAPE = Type.Object({
  carrier_id: Type.Integer(),
  carrier: Type.String(),
  registrar: Type.String(),
  username: Type.String(),
  domain: nullable(Type.String()),
  auth_username: nullable(Type.String()),
  expires_sec: nullable(Type.Integer()),
  live: nullable(STATE),
});

type Carrier = Awaited<ReturnType<typeof findCarrier>>;

/** We register at a carrier as a PBX would (P26); its calls come and go over that registration. */
export function installCarrierRegistrations(define: DefineRoute, deps: AdminDeps): void {
  const shared = { url: PATH, tag: TAG, params: ID_PARAMS, scope: 'operator' as const };
  define({
    ...shared,
    method: 'GET',
    summary: 'Show how we register at a carrier, and how that stands',
    response: envelope(SHAPE),
    handler: async ({ params }) => {
      const carrier = await findCarrier(deps, params.id);
      const policy = await deps.store.policies.find(holderOf(carrier));
      const statuses = await deps.sip.request('carrier_registrations', {});
      return { data: viewOf(carrier, policy, statuses) };
    },
  });
  define({
    ...shared,
    method: 'PATCH',
    summary: 'Register at a carrier, or otherwise than so far',
    body: REGISTRATION_PATCH,
    publishes: true,
    response: envelope(SHAPE),
    handler: async ({ principal, params, body }) => {
      const carrier = await findCarrier(deps, params.id);
      const policy = await deps.store.policies.updateRegistration(principal.actor, holderOf(carrier), body);
      return { data: viewOf(carrier, policy, []) };
    },
  });
  define({
    ...shared,
    method: 'DELETE',
    summary: 'Register at a carrier no more',
    publishes: true,
    response: envelope(Type.Object({ carrier_id: Type.Integer(), status: Type.Literal('deleted') })),
    handler: async ({ principal, params }) => {
      const carrier = await findCarrier(deps, params.id);
      await deps.store.policies.updateRegistration(principal.actor, holderOf(carrier), null);
      return { data: { carrier_id: carrier.id, status: 'deleted' } };
    },
  });
}

function holderOf({ id, uuid }: Carrier): PolicyHolder {
  return { owner: 'carrier', id, uuid, accountId: null };
}

function viewOf(carrier: Carrier, { registration }: StoredPolicy, statuses: readonly CarrierRegistrationStatus[]) {
  if (registration === undefined) throw notFound('registration at this carrier');
  const live = statuses.find(({ carrierId }) => carrierId === carrier.id);
  return {
    carrier_id: carrier.id,
    carrier: carrier.name,
    registrar: registration.registrar,
    username: registration.username,
    domain: registration.domain ?? null,
    auth_username: registration.auth_username ?? null,
    expires_sec: registration.expires_sec ?? null,
    live: live === undefined ? null : stateOf(live),
  };
}

function stateOf({ state, sinceMs, expiresAtMs, node, status, fault, nextAtMs }: CarrierRegistrationStatus) {
  return {
    state,
    since: isoTime(sinceMs),
    expires_at: isoTime(expiresAtMs),
    node,
    status,
    fault,
    next_at: isoTime(nextAtMs),
  };
}
