import { GIVEN_KEYS, OPERATOR_KEYS } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { DefineRoute, RouteSpec } from '../http/route.ts';
import type { PolicyHolder, PolicyOwner } from '../policy-store-port.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID_PARAMS } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { policyPatchShape, policyShape, policyView } from '../views/routing-policy.ts';
import { findCarrier } from './carriers.ts';
import { findDid } from './did-routing.ts';
import { findTrunk } from './sip-trunks.ts';

type AnyScope = RouteSpec<never, never, never>['scope'];

/** Something that a policy can be set for. */
interface Holders {
  readonly owner: PolicyOwner;
  readonly path: string;
  readonly one: string;
  readonly read: AnyScope;
  readonly write: AnyScope;
  find(deps: AdminDeps, principal: Principal, ref: string): Promise<Omit<PolicyHolder, 'owner'>>;
}

const HOLDERS: readonly Holders[] = [
  {
    owner: 'account',
    path: '/accounts/:id/routing-policy',
    one: 'an account, which hold for all below it',
    read: 'accounts:read',
    write: 'accounts:write',
    find: async (deps, principal, ref) => {
      const { id, uuid } = await targetAccount(deps, principal, ref);
      return { id, uuid, accountId: id };
    },
  },
  {
    owner: 'trunk',
    path: '/portal/sip-trunks/:id/routing-policy',
    one: 'a trunk',
    read: 'trunks:read',
    write: 'trunks:write',
    find: findTrunk,
  },
  {
    owner: 'did',
    path: '/portal/did-routing/:id/routing-policy',
    one: 'a number',
    read: 'routing:read',
    write: 'routing:write',
    find: findDid,
  },
  {
    owner: 'carrier',
    path: '/carriers/:id/routing-policy',
    one: 'a carrier',
    read: 'operator',
    write: 'operator',
    find: async (deps, _principal, ref) => ({ ...(await findCarrier(deps, ref)), accountId: null }),
  },
];

/** Dial plans, the fraud guard, hours, disaster destinations, caller-ID, REFER and the like, per owner. */
export function installRoutingPolicies(define: DefineRoute, deps: AdminDeps): void {
  for (const holders of HOLDERS) installOne(define, deps, holders);
}

function installOne(define: DefineRoute, deps: AdminDeps, { owner, path, one, read, write, find }: Holders): void {
  const shared = { url: path, tag: 'Routing policies', params: ID_PARAMS, response: envelope(policyShape(owner)) };
  define({
    ...shared,
    method: 'GET',
    summary: `Show the routing policies of ${one}`,
    scope: read,
    handler: async ({ principal, params }) => {
      const holder = { owner, ...idsOf(await find(deps, principal, params.id)) };
      return { data: policyView(await deps.store.policies.find(holder)) };
    },
  });
  define({
    ...shared,
    method: 'PATCH',
    summary: `Change the routing policies of ${one}; null clears one`,
    scope: write,
    body: policyPatchShape(owner),
    publishes: true,
    handler: async ({ principal, params, body }) => {
      const holder = { owner, ...idsOf(await find(deps, principal, params.id)) };
      refuseOwnGrant(principal, holder, Object.keys(body));
      return { data: policyView(await deps.store.policies.update(principal.actor, holder, body)) };
    },
  });
}

/** Nobody trusts, attests or limits itself. */
function refuseOwnGrant(principal: Principal, holder: PolicyHolder, keys: readonly string[]): void {
  if (principal.kind === 'operator') return;
  const forOperator = keys.filter((key) => (OPERATOR_KEYS as readonly string[]).includes(key));
  if (forOperator.length > 0)
    throw new ApiError('operator_only', `Only the operator may set ${forOperator.join(', ')}.`);
  const isOwn = holder.owner === 'account' && holder.id === principal.homeAccountId;
  const given = isOwn ? keys.filter((key) => (GIVEN_KEYS as readonly string[]).includes(key)) : [];
  if (given.length === 0) return;
  const words = `${given.join(', ')} of an account can be changed only by the account above it or the operator.`;
  throw new ApiError('insufficient_scope', words);
}

function idsOf({ id, uuid, accountId }: Omit<PolicyHolder, 'owner'>): Omit<PolicyHolder, 'owner'> {
  return { id, uuid, accountId };
}
