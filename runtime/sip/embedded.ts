import { randomBytes } from 'node:crypto';
import type { AuthService } from '../../auth/index.ts';
import type { ListeningAddress } from '../../bus/index.ts';
import { type Config, callTargets } from '../../config/index.ts';
import type { ProbeRequest, Registrar, RegistrarEngine, SendProbe } from '../../registrar/index.ts';
import { bindDirect, createOptionsHandler, inboundOfDirect } from '../../registrar/index.ts';
import {
  createInviteAuth,
  createUnservedHandler,
  isCarrier,
  type MessageRouter,
  UNSERVED_METHODS,
} from '../../routing/index.ts';
import { createEngine, type EnginePorts, type SipEngine, type WorkerSeat } from '../../sip-engine/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import { listenSpecs, tlsOptions } from '../listen-specs.ts';
import type { Signalling } from './signalling.ts';
import type { SignallingApp } from './srf.ts';

const SECURED: ReadonlySet<string> = new Set(['tls', 'wss']);

/** The ports that several threads share, and where the first of them listens; that one does not know yet. */
export interface SharedPorts {
  readonly seat: WorkerSeat;
  readonly points?: readonly ListeningAddress[];
}

/** The embedded engine as configured; it listens once `start` is called. */
export function createEmbeddedEngine(
  config: Config,
  ports: EnginePorts,
  directory: Directory,
  shared?: SharedPorts,
): SipEngine {
  const tls = tlsOptions(config);
  const targets = callTargets(config.calls.targetAllow);
  // In a dialog the carriers' own private addresses are as good as public ones.
  const mayReach = (address: string, port: number, use: 'new' | 'dialog') =>
    use === 'dialog'
      ? targets.allows(address) || directory.findCarrierBySource(address) !== undefined
      : targets.allows(address) && !isCarrier(directory, address, port);
  return createEngine(
    {
      listen: listenSpecs(config.sip).map((spec, at) => ({ ...spec, port: shared?.points?.[at]?.port ?? spec.port })),
      ...(shared === undefined ? {} : { workers: shared.seat }),
      timers: { t1Ms: config.sip.t1Ms },
      udpMtuBytes: config.sip.mtuBytes,
      udpBatches: config.sip.udpBatches,
      udpSegments: config.sip.udpSegments,
      orphan: 'bye',
      mayReach,
      agent: 'didfarm',
      ...(config.sip.onlyPeers === undefined ? {} : { onlyPeers: config.sip.onlyPeers }),
      ...(tls === undefined ? {} : { tls }),
    },
    ports,
  );
}

interface Parts {
  readonly config: Config;
  readonly directory: Directory;
  readonly auth: AuthService;
  readonly registrar: Registrar;
  readonly messages: MessageRouter;
  readonly app: SignallingApp;
}

/** Joins registrar and app to the engine: the direct lane for one-answer requests; calls are attached by the worker. */
export function joinEmbedded(engine: SipEngine, parts: Parts): Signalling {
  const { config, directory, auth, registrar, messages, app } = parts;
  const { scanners } = config.sip;
  engine.onRequest(
    'REGISTER',
    bindDirect((request) => registrar.handle(request)),
  );
  engine.setChallenger((host, sourceAddress) => registrar.challenge(host, sourceAddress));
  engine.onRequest('OPTIONS', bindDirect(createOptionsHandler({ directory, auth, registrar, scanners })));
  engine.onRequest('MESSAGE', (request) => messages.handle(inboundOfDirect(request), request.message.body));
  const unserved = createUnservedHandler({ directory, bindings: registrar, auth: createInviteAuth(auth) });
  for (const method of UNSERVED_METHODS) engine.onRequest(method, bindDirect(unserved));
  // Over UDP and TCP a banned source is told 503; a TLS handshake is more than it may cost us.
  engine.setConnectionFilter(
    (source, transport) => !SECURED.has(transport) || auth.bans.verdict(source)?.scope !== 'all',
  );
  engine.onFlowClosed((flowId) => registrar.flowClosed(flowId));
  const secret = randomBytes(16).toString('hex');
  // It hears nothing: what it is for is to send requests of its own.
  app.listen({ server: engine.attachApp({ secret, methods: [] }), secret });
  return {
    async start() {
      const points = await engine.start();
      return points.map(({ transport, host, port }) => ({ transport, host, port }));
    },
    get stats() {
      return engine.stats;
    },
    close: () => engine.close(),
  };
}

/** What the registrar asks of the engine: probes, and the connections that carry bindings. */
export function registrarEngine(engine: SipEngine): RegistrarEngine {
  return {
    send: (request, done) => sendProbe(engine, request, done),
    isFlowOpen: (flowId) => engine.isFlowOpen(flowId),
    holdFlow: (flowId) => engine.holdFlow(flowId),
    releaseFlow: (flowId) => engine.releaseFlow(flowId),
  };
}

/** Over a known flow a probe takes the lane made for thousands a second; any other way has to be found first. */
function sendProbe(engine: SipEngine, request: ProbeRequest, done: Parameters<SendProbe>[1]): void {
  const { flowId, uri, timeoutMs, headers } = request;
  const route = headers?.find(([name]) => name === 'Route')?.[1];
  // A trunk without REGISTER is at an address that a tenant wrote; others are asked where they were seen.
  const guard = flowId === undefined && request.routeUri === undefined ? ({ guard: 'new' } as const) : {};
  if (flowId === undefined || timeoutMs === undefined) engine.send({ ...request, ...guard }, done);
  else engine.probe({ flowId, uri, timeoutMs, ...(route !== undefined && { route }) }, done);
}
