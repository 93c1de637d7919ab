import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope } from '../shapes.ts';
import { BAN_SHAPE, banView } from '../views/ban.ts';
import { findBan, liftBan } from './lift-ban.ts';
import { defineTrunkBans } from './trunk-bans.ts';

const PARAMS = Type.Object({ address: Type.String({ minLength: 1, maxLength: 64 }) });

/** Addresses that SIP refuses for a while: all of them for the operator, a tenant has those that its trunks meet. */
export function installBans(define: DefineRoute, deps: AdminDeps): void {
  defineTrunkBans(define, deps);
  define({
    method: 'GET',
    url: '/bans',
    tag: 'Bans',
    summary: 'List banned addresses',
    scope: 'operator',
    response: Type.Object({ data: Type.Array(BAN_SHAPE), meta: Type.Object({ total: Type.Integer() }) }),
    handler: async () => {
      const data = (await deps.sip.request('bans', {})).map(banView);
      return { data, meta: { total: data.length } };
    },
  });
  define({
    method: 'DELETE',
    url: '/bans/:address',
    tag: 'Bans',
    summary: 'Lift a ban',
    scope: 'operator',
    params: PARAMS,
    response: envelope(Type.Object({ address: Type.String(), lifted: Type.Boolean() })),
    handler: async ({ principal, params }) => {
      const ban = findBan(await deps.sip.request('bans', {}), params.address);
      return { data: await liftBan(deps, principal, null, ban) };
    },
  });
}
