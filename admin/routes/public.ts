import type { FastifyInstance } from 'fastify';
import type { AdminDeps } from '../deps.ts';
import { renderStatusPage } from '../http/status-page.ts';
import type { SipStats } from '../ports.ts';
import type { OpenApi } from '../reference/open-api.ts';
import { renderReference } from '../reference/render-reference.ts';
import { installPaymentNotices } from './payment-notices.ts';

/** What needs no key: health, the status page, the API's own description. */
export function installPublicRoutes(app: FastifyInstance, deps: AdminDeps): void {
  app.get('/healthz', { schema: { hide: true } }, async (_request, reply) => {
    const ready = deps.isReady();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'starting' });
  });
  app.get('/', { schema: { hide: true } }, async (_request, reply) => {
    const page = renderStatusPage(deps.version, deps.domain, await statsOf(deps));
    return reply.type('text/html; charset=utf-8').send(page);
  });
  app.get('/addresses.json', { schema: { hide: true } }, async (_request, reply) => reply.send(addressList(deps)));
  app.register((scope) => installPaymentNotices(scope, deps), { prefix: '/api/v1' });
  let reference: string | undefined;
  app.get('/api/v1', { schema: { hide: true } }, async (_request, reply) => {
    reference ??= renderReference(app.swagger() as unknown as OpenApi);
    return reply.type('text/html; charset=utf-8').send(reference);
  });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async (_request, reply) => reply.send(app.swagger()));
}

/** What firewalls in front of PBXes must let in and out (F-127). */
function addressList({ access, domain }: AdminDeps) {
  const { addresses, port, tlsPort } = access;
  return { domain, addresses, sip: { udp: port, tcp: port, tls: tlsPort } };
}

/** The page is shown also while SIP is starting or gone. */
async function statsOf(deps: AdminDeps): Promise<SipStats | undefined> {
  try {
    return await deps.sip.request('stats', {});
  } catch {
    return undefined;
  }
}
