import type { CallRecord } from './bus/index.ts';
import { createRegistration } from './registrar/index.ts';
import {
  type CallFundsWatch,
  type CallRouter,
  CarrierWatch,
  createCallRouter,
  srfMessages,
  srfRegisters,
} from './routing/index.ts';
import { BindingNews } from './runtime/sip/binding-news.ts';
import { endOrphans } from './runtime/sip/call-orphans.ts';
import { createCarrierRegistrationLog } from './runtime/sip/carrier-registration-log.ts';
import { createCertificateGapLog } from './runtime/sip/certificate-gaps.ts';
import { DirectoryAge } from './runtime/sip/directory-age.ts';
import { takeDelta } from './runtime/sip/directory-steps.ts';
import { joinDrachtio } from './runtime/sip/drachtio.ts';
import { drachtioProbes } from './runtime/sip/drachtio-probes.ts';
import { drainCalls } from './runtime/sip/drain.ts';
import { createEmbeddedEngine, joinEmbedded, registrarEngine } from './runtime/sip/embedded.ts';
import { engineMessages } from './runtime/sip/engine-messages.ts';
import { createEnginePorts } from './runtime/sip/engine-ports.ts';
import { engineRegisters } from './runtime/sip/engine-registers.ts';
import { createMessages } from './runtime/sip/messages.ts';
import { createMetricSources } from './runtime/sip/metric-sources.ts';
import { createRegistrationEvents } from './runtime/sip/registration-events.ts';
import { createRequestHandler } from './runtime/sip/requests.ts';
import { createSignallingApp } from './runtime/sip/srf.ts';
import { openThread, watchThread } from './runtime/sip/thread-base.ts';
import { authOptions, callDeps, guardEngine, hearNews, tellOfCalls, watchFunds } from './runtime/sip/thread-calls.ts';
import { describeStartError } from './runtime/start-error.ts';
import { SipMetrics } from './telemetry/index.ts';

/** A SIP thread: engine, auth, registrar and routing over the directory. It reads memory only. */
const base = await openThread();
const { born, logger, bus, directory, keeper, clock, news } = base;
const { config, beside } = born;
const state = { isLoaded: false, isDraining: false };
const readiness = () => (state.isDraining ? 'draining' : state.isLoaded ? 'ready' : 'loading');

const directoryAge = new DirectoryAge(() => performance.now());
const ports = createEnginePorts(logger, () => metrics);
const engine = config.engine.kind === 'embedded' ? createEmbeddedEngine(config, ports, directory, beside) : undefined;
const tellCertificateGaps =
  engine !== undefined && config.sip.hasTls
    ? createCertificateGapLog({ logger, hasCertificate: (domain) => engine.hasCertificate(domain) })
    : undefined;
const app = createSignallingApp();
// Other threads that have calls alone, where there are any.
const bindingNews = beside && new BindingNews(news, (trunkId) => registrar.shown(trunkId));

// Who may register, and who is registered.
const { auth, registrar } = createRegistration({
  directory,
  engine: engine === undefined ? drachtioProbes(app) : registrarEngine(engine),
  hasFlows: engine !== undefined,
  registration: config.registration,
  isCarrierNode: (address) => router.isCarrierNode(address),
  auth: { ...authOptions(base, () => metrics), singleChallenge: engine === undefined },
  events: createRegistrationEvents({ bus, logger, metrics: () => metrics, directory, bindingNews }),
  nowMs: Date.now,
  random: Math.random,
  later: (delayMs, run) => void setTimeout(run, delayMs),
  readiness,
});

// What calls may cost, and where they go.
const funds: CallFundsWatch = watchFunds(base, (uuid, end) => router.hangUp(uuid, end));
const router: CallRouter = createCallRouter({
  ...callDeps({ base, auth, metrics: () => metrics, funds, ports, engine }),
  bindings: registrar,
  // Calls of the embedded engine need no protocol in between.
  srf: engine?.attachCalls((req, res) => router.handleInvite(req, res)) ?? app,
  registerAtCarriers: {
    send: engine === undefined ? srfRegisters(app) : engineRegisters(engine),
    onChange: createCarrierRegistrationLog(logger),
  },
  readiness,
});
const messages = createMessages({
  ...{ router, auth, bus, logger, readiness, metrics: () => metrics },
  send: engine === undefined ? srfMessages(app, clock) : engineMessages(engine),
});
const carriers = new CarrierWatch({
  carriers: () => directory.carriers(),
  health: router.world.gatewayHealth,
  registrations: () => router.carrierRegistrations(),
  clock,
  onChange: (change) => bus.emit({ kind: 'carrier_state', change }),
});
if (engine === undefined) app.invite((req, res) => router.handleInvite(req, res));

// What they talk SIP through.
const parts = { config, directory, auth, registrar, messages, app, logger };
const signalling =
  engine !== undefined
    ? joinEmbedded(engine, parts)
    : joinDrachtio(config.engine as Extract<typeof config.engine, { kind: 'drachtio' }>, parts);
if (engine !== undefined) guardEngine(engine, base, auth, () => metrics);
const sources = createMetricSources({
  directory,
  directoryAge,
  registrar,
  auth,
  router,
  engineStats: () => signalling.stats,
  nowMs: Date.now,
});
const metrics: SipMetrics = new SipMetrics(sources, config.metrics.maxTrunks);
watchThread(logger, metrics);
hearNews(base, auth, router);

// What the main thread tells and asks.
const ticking = setInterval(() => registrar.tick(), 250);
const stopTelling = tellOfCalls(base, router);
const listening: string[] = [];
bus.listen({
  onShare(share) {
    registrar.trunksLoaded(base.extend(share).trunks);
  },
  onStage: (share) => base.stage(share),
  onDirectory: (delta) =>
    takeDelta(directory, delta, {
      all({ realms, accounts }) {
        directoryAge.renew();
        tellCertificateGaps?.(realms);
        funds.directoryChanged(accounts.upserts);
        router.directoryChanged();
      },
      trunks: (some) => registrar.directoryChanged(some),
    }),
  onRestore(bindings, calls, states) {
    registrar.restore(bindings, states);
    state.isLoaded = true;
    start(calls).catch((error: unknown) => bus.fatal(describeStartError(error)));
  },
  onRequest: createRequestHandler({
    registrar,
    auth,
    router,
    messages,
    keeper,
    metrics,
    listening: () => listening,
    async drain(limitMs) {
      state.isDraining = true;
      await drainCalls(router, limitMs);
    },
    async stop() {
      clearInterval(ticking);
      stopTelling();
      carriers.close();
      router.close();
      await signalling.close();
      registrar.flush();
      await base.end();
    },
  }),
});

/** Listens once the directory and the bindings of before are in memory: nobody is ever told "unknown" too early. */
async function start(openCalls: readonly CallRecord[]): Promise<void> {
  const points = await signalling.start();
  if (engine !== undefined) {
    endOrphans(
      { send: (bye, done) => engine.send(bye, done), bindings: registrar, logger, after: clock.after },
      openCalls,
    );
    router.probeGateways((probe, done) => engine.send(probe, (result) => done(result.kind === 'response')));
  }
  router.startCarrierRegistrations();
  carriers.start();
  listening.push(...points.map(({ transport, host, port }) => `${transport}:${host}:${port}`));
  bus.ready(points);
}
