import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, isoTime } from '../shapes.ts';

const BAN_SHAPE = Type.Object({ address: Type.String(), until: Type.String(), reason: Type.String() });
const PARAMS = Type.Object({ address: Type.String({ minLength: 1, maxLength: 64 }) });

/** Addresses that SIP refuses for a while; the operator's alone, since an address belongs to no tenant. */
export function installBans(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/bans',
    tag: 'Bans',
    summary: 'List banned addresses',
    scope: 'operator',
    response: Type.Object({ data: Type.Array(BAN_SHAPE), meta: Type.Object({ total: Type.Integer() }) }),
    handler: async () => {
      const bans = await deps.sip.request('bans', {});
      const data = bans.map((ban) => ({ address: ban.address, until: isoTime(ban.untilMs), reason: ban.reason }));
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
    handler: async ({ params }) => {
      if (!(await deps.sip.request('lift_ban', { address: params.address }))) throw notFound('ban');
      return { data: { address: params.address, lifted: true } };
    },
  });
}
