import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { BulkRunner } from './bulk/bulk-runner.ts';
import type { AdminDeps } from './deps.ts';
import { ApiError } from './errors.ts';
import { bearerPrincipal, controlPrincipal, testPrincipal } from './http/authenticate.ts';
import { BODY_LIMIT_BYTES, installBodyParser } from './http/body-parser.ts';
import { installErrorHandler, sendFrameworkError } from './http/error-handler.ts';
import { handOver } from './http/hand-over.ts';
import { IdempotencyGate } from './http/idempotency.ts';
import { installOpenApi } from './http/openapi.ts';
import { limitRate } from './http/rate-limit-hook.ts';
import { createDefineRoute } from './http/route.ts';
import { installSecurityHeaders } from './http/security-headers.ts';
import { serializerCompiler } from './http/serializer.ts';
import { validatorCompiler } from './http/validator.ts';
import type { Principal } from './principal.ts';
import { RateLimiter } from './rate-limit.ts';
import { API_ROUTES } from './routes/index.ts';
import { installPublicRoutes } from './routes/public.ts';
import { translateStoreError } from './store-errors.ts';

/** The published guide names this path beside those under /api/v1 (features.md A5); it is the same operation. */
const SECOND_PATH = /^\/api\/regulatory\/submit(\/?(?:\?.*)?)$/;

/**
 * The admin side as a Fastify app that listens nowhere yet: `listen`, or `inject` without any socket.
 * With `channel: 'control'` every request has operator rights, so it may only listen on the control socket.
 */
export async function createAdminApp(deps: AdminDeps): Promise<FastifyInstance> {
  const app = Fastify({
    ...(deps.logger === undefined ? {} : { loggerInstance: deps.logger as FastifyBaseLogger }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    frameworkErrors: sendFrameworkError,
    rewriteUrl: (request) => (request.url ?? '/').replace(SECOND_PATH, '/api/v1/regulatory/submit$1'),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  });
  app.setValidatorCompiler(validatorCompiler as never);
  app.setSerializerCompiler(serializerCompiler as never);
  installErrorHandler(app, translateStoreError);
  installSecurityHeaders(app);
  installBodyParser(app);
  await app.register(multipart);
  installRequestLog(app, deps.nowMs);
  await installOpenApi(app, deps.version);
  installPublicRoutes(app, deps);
  await app.register(async (api) => installApi(api, deps), { prefix: '/api/v1' });
  return app;
}

async function installApi(api: FastifyInstance, deps: AdminDeps): Promise<void> {
  const limiter = new RateLimiter(deps.nowMs);
  const authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<Principal | undefined> => {
    if (deps.channel === 'control') return controlPrincipal(request, deps.store);
    const admitted = deps.testWorld?.callerOf(request.raw);
    if (admitted !== undefined) return testPrincipal(request, deps.store, admitted);
    if (deps.channel === 'sandbox') throw new ApiError('invalid_api_key');
    const caller = await bearerPrincipal(request, deps.store, deps.sandbox);
    if (deps.rateLimits) limitRate(limiter, caller, reply);
    if (!('worldAccountId' in caller)) return caller;
    await handOver(deps.sandbox, caller, request, reply);
    return undefined;
  };
  const define = createDefineRoute(api, {
    authenticate,
    publish: deps.publish,
    idempotency: new IdempotencyGate(deps.store.idempotency),
  });
  const bulkRunner = new BulkRunner(deps);
  // A command that opens the database for a moment takes up nobody else's work.
  if (deps.channel !== 'control') api.addHook('onReady', () => bulkRunner.resume());
  api.addHook('onClose', () => bulkRunner.stop());
  for (const install of API_ROUTES) install(define, { ...deps, bulkRunner });
}

/** One line a finished request. Query strings are left out: people put secrets there. */
function installRequestLog(app: FastifyInstance, nowMs: () => number): void {
  const startedMs = new WeakMap<FastifyRequest, number>();
  app.addHook('onRequest', (request, _reply, done) => {
    startedMs.set(request, nowMs());
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const tookMs = nowMs() - (startedMs.get(request) ?? nowMs());
    const path = request.routeOptions.url ?? 'unknown';
    const level = path === '/healthz' ? 'debug' : 'info';
    request.log[level]({ method: request.method, path, status: reply.statusCode, tookMs }, 'http');
    done();
  });
}
