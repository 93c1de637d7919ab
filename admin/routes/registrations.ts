import { Type } from 'typebox';
import { sliceRows } from '../../tenancy/index.ts';
import { REASON, RESULT } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { RegistrationStatus, StoredFailure } from '../ports.ts';
import type { Principal } from '../principal.ts';
import { isoTime, listEnvelope, nullable } from '../shapes.ts';
import type { TrunkRow } from '../store-port.ts';
import { hostPort, REGISTRATION_SHAPE, REGISTRATION_STATE, registrationView } from '../views/registration.ts';
import { defineAvailability } from './availability.ts';
import { accountFilter } from './filters.ts';
import { explainedRegistrationsOf, findTrunk, registrationsOf } from './sip-trunks.ts';

const TAG = 'Registrations';

const LIST_QUERY = Type.Object(
  {
    ...sortedBy('name', 'username'),
    account_id: Type.Optional(Type.String({ maxLength: 64 })),
    state: Type.Optional(REGISTRATION_STATE),
  },
  { additionalProperties: false },
);

const ROW_SHAPE = Type.Object({
  trunk_id: Type.Integer(),
  trunk_uuid: Type.String(),
  account_id: Type.Integer(),
  name: Type.String(),
  username: Type.String(),
  realm: Type.String(),
  registration: REGISTRATION_SHAPE,
});

const FAILURE_SHAPE = Type.Object({
  id: Type.Integer(),
  at: Type.String(),
  account_id: nullable(Type.Integer()),
  trunk_id: nullable(Type.Integer()),
  realm: Type.String(),
  username: Type.String(),
  source: Type.String(),
  transport: Type.String(),
  user_agent: Type.String(),
  call_id: Type.String(),
  result: RESULT,
  reason: REASON,
  sentence: Type.String(),
  remedy: Type.String(),
  trace: Type.Array(Type.Object({ step: Type.String(), saw: Type.String(), decided: Type.String() })),
});

/** Who is registered, and why the others are not (F-041). */
export function installRegistrations(define: DefineRoute, deps: AdminDeps): void {
  defineAvailability(define, deps);
  define({
    method: 'GET',
    url: '/registrations',
    tag: TAG,
    summary: 'List trunks with their registration',
    scope: 'trunks:read',
    query: LIST_QUERY,
    response: listEnvelope(ROW_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const account = await accountFilter(deps, principal, query.account_id);
      if (query.state !== undefined) {
        const matching = await trunksInState(deps, principal, account, query.state);
        const { rows, meta } = paged(page, sliceRows(matching, page));
        return { data: await rowViews(deps, rows), meta };
      }
      const { rows, meta } = paged(page, await deps.store.trunks.list(principal.visible, page, account));
      return { data: await rowViews(deps, rows), meta };
    },
  });
  define({
    method: 'GET',
    url: '/registrations/failures',
    tag: TAG,
    summary: 'List failed REGISTERs with every decision taken, newest first',
    scope: 'trunks:read',
    query: Type.Object(
      { ...sortedBy('at'), trunk: Type.Optional(Type.String({ maxLength: 64 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(FAILURE_SHAPE),
    handler: async ({ principal, query }) => {
      const page = parsePage({ sort: '-id', ...query });
      const filter = query.trunk === undefined ? {} : { trunkId: (await findTrunk(deps, principal, query.trunk)).id };
      const { rows, meta } = paged(page, await deps.records.listRegisterFailures(principal.visible, page, filter));
      return { data: rows.map(failureView), meta };
    },
  });
}

const EVERYTHING = { afterId: 0, offset: 0, limit: Number.MAX_SAFE_INTEGER };

async function trunksInState(
  deps: AdminDeps,
  principal: Principal,
  account: { readonly accountId?: number },
  state: RegistrationStatus['state'],
): Promise<readonly TrunkRow[]> {
  const { rows } = await deps.store.trunks.list(principal.visible, EVERYTHING, account);
  const registrations = await registrationsOf(deps, rows);
  return rows.filter((trunk) => (registrations.get(trunk.id)?.state ?? 'never') === state);
}

async function rowViews(deps: AdminDeps, rows: readonly TrunkRow[]) {
  const registrations = await explainedRegistrationsOf(deps, rows);
  return rows.map((trunk) => ({
    trunk_id: trunk.id,
    trunk_uuid: trunk.uuid,
    account_id: trunk.accountId,
    name: trunk.name,
    username: trunk.username,
    realm: trunk.realm,
    registration: registrationView(registrations.get(trunk.id)),
  }));
}

function failureView(failure: StoredFailure) {
  return {
    id: failure.id,
    at: isoTime(failure.atMs),
    account_id: failure.accountId,
    trunk_id: failure.trunkId,
    realm: failure.realm,
    username: failure.username,
    source: hostPort(failure.sourceAddress, failure.sourcePort),
    transport: failure.transport,
    user_agent: failure.userAgent,
    call_id: failure.callId,
    result: failure.result,
    reason: failure.reason,
    sentence: failure.sentence,
    remedy: failure.remedy,
    trace: failure.trace,
  };
}
