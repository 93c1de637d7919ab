import { Type } from 'typebox';
import { sourceKey } from '../../auth/index.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import type { Ban } from '../ports.ts';
import type { Principal } from '../principal.ts';
import { envelope, ID_PARAMS } from '../shapes.ts';
import { BAN_SHAPE, banView } from '../views/ban.ts';
import { findBan, liftBan } from './lift-ban.ts';
import { findTrunk } from './sip-trunks.ts';

const TAG = 'Bans';

/**
 * So many of the newest failures of a trunk are looked at for where they came from; only those whose address cannot be
 * made up, or anybody could have a say in the ban of any address.
 */
const FAILURES = { afterId: 0, offset: 0, limit: 200, sort: { column: 'id', isDescending: true } };

const ADDRESS_PARAMS = Type.Object({ ...ID_PARAMS.properties, address: Type.String({ minLength: 1, maxLength: 64 }) });

/** Bans that keep the PBX of one trunk out: seen and lifted by its owner, without waiting for the operator (P12). */
export function defineTrunkBans(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/portal/sip-trunks/:id/bans',
    tag: TAG,
    summary: 'List banned addresses from which REGISTERs of the trunk failed',
    scope: 'trunks:read',
    params: ID_PARAMS,
    response: Type.Object({ data: Type.Array(BAN_SHAPE), meta: Type.Object({ total: Type.Integer() }) }),
    handler: async ({ principal, params }) => {
      const data = (await bansOf(deps, principal, params.id)).map(banView);
      return { data, meta: { total: data.length } };
    },
  });
  define({
    method: 'DELETE',
    url: '/portal/sip-trunks/:id/bans/:address',
    tag: TAG,
    summary: 'Lift the ban of an address from which REGISTERs of the trunk failed',
    scope: 'trunks:write',
    params: ADDRESS_PARAMS,
    response: envelope(Type.Object({ address: Type.String(), lifted: Type.Boolean() })),
    handler: async ({ principal, params }) => {
      const trunk = await findTrunk(deps, principal, params.id);
      const ban = findBan(await bansOf(deps, principal, params.id), params.address);
      return { data: await liftBan(deps, principal, trunk.accountId, ban) };
    },
  });
}

async function bansOf(deps: AdminDeps, principal: Principal, ref: string): Promise<readonly Ban[]> {
  const trunk = await findTrunk(deps, principal, ref);
  const { rows } = await deps.records.listRegisterFailures(principal.visible, FAILURES, {
    trunkId: trunk.id,
    isProven: true,
  });
  const sources = new Set(rows.map((failure) => sourceKey(failure.sourceAddress)));
  return (await deps.sip.request('bans', {})).filter((ban) => sources.has(ban.address));
}
