import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, ID_PARAMS } from '../shapes.ts';
import { PBX_CONFIG_SHAPE, PBX_KIND, pbxConfigView } from '../views/pbx-config.ts';
import { findTrunk } from './sip-trunks.ts';

/** What to put into a PBX, so that nobody has to translate our words into its own. */
export function installPbxConfig(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/portal/sip-trunks/:id/pbx-config',
    tag: 'SIP trunks',
    summary: "The PBX's configuration for this trunk: text, files, advice on routers",
    scope: 'trunks:read',
    params: ID_PARAMS,
    query: Type.Object({ pbx: Type.Optional(PBX_KIND) }, { additionalProperties: false }),
    response: envelope(PBX_CONFIG_SHAPE),
    handler: async ({ principal, params, query }) => {
      const trunk = await findTrunk(deps, principal, params.id);
      return { data: await pbxConfigView(deps, query.pbx ?? 'generic', trunk, null) };
    },
  });
}
