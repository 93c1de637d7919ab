import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { FundsKeeper } from './billing-hooks/index.ts';
import { type CallRecord, SipSide, threadPort } from './bus/index.ts';
import { createRegistration } from './registrar/index.ts';
import {
  CallFundsWatch,
  type CallRouter,
  CarrierWatch,
  createCallRouter,
  createInviteAuth,
  MemoryAdmission,
  SharedAdmission,
  srfMessages,
  srfRegisters,
} from './routing/index.ts';
import { BindingNews } from './runtime/sip/binding-news.ts';
import { endOrphans } from './runtime/sip/call-orphans.ts';
import { createCallSink } from './runtime/sip/call-sink.ts';
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
import { readIdentityKey } from './runtime/sip/identity-key.ts';
import { createMessages } from './runtime/sip/messages.ts';
import { createMetricSources } from './runtime/sip/metric-sources.ts';
import { createCallPolicy, watchOverload } from './runtime/sip/overload-watch.ts';
import { ownNames } from './runtime/sip/own-names.ts';
import { createRegistrationEvents } from './runtime/sip/registration-events.ts';
import { createRequestHandler } from './runtime/sip/requests.ts';
import { createSignallingApp } from './runtime/sip/srf.ts';
import { createCallClock, createCallRandom } from './runtime/sip/system.ts';
import { ThreadNews } from './runtime/sip/thread-news.ts';
import { bornWith } from './runtime/sip-thread.ts';
import { describeStartError } from './runtime/start-error.ts';
import { createLogger, SipMetrics } from './telemetry/index.ts';
import { Directory, SecretBox, unpackShare } from './tenancy/index.ts';

/** A SIP thread: engine, auth, registrar and routing over the directory. It reads memory only. */
if (parentPort === null) throw new Error('sip-worker.ts is a thread of server.ts and does not run by itself');
const { config, nonceSecret, secretKey, startEpoch, beside } = await bornWith(
  (workerData as { begin: MessagePort }).begin,
);
const state = { isLoaded: false, isDraining: false };
const readiness = () => (state.isDraining ? 'draining' : state.isLoaded ? 'ready' : 'loading');

/** How long a log line may wait for others (ms): a system call for each would cost as much as routing the call. */
const LOG_GATHER_MS = 200;
/** How far the record of a call that a crash cut off may lag behind (ms). */
const CALLS_ALIVE_MS = 1000;

const logger = createLogger({ level: config.log.level, gatherMs: LOG_GATHER_MS }).child({ thread: 'sip' });
const bus = new SipSide(threadPort(parentPort));
const directory = new Directory();
const directoryAge = new DirectoryAge(() => performance.now());
const secrets = new SecretBox(Buffer.from(secretKey));
const ports = createEnginePorts(logger, () => metrics);
const engine = config.engine.kind === 'embedded' ? createEmbeddedEngine(config, ports, directory, beside) : undefined;
const tellCertificateGaps =
  engine !== undefined && config.sip.hasTls
    ? createCertificateGapLog({ logger, hasCertificate: (domain) => engine.hasCertificate(domain) })
    : undefined;
const app = createSignallingApp();
// Other threads that have calls alone, where there are any.
const news = beside && new ThreadNews(beside.news);
const bindingNews = news && new BindingNews(news, (trunkId) => registrar.shown(trunkId));
const clock = createCallClock();

// Who may register, and who is registered.
const { auth, registrar } = createRegistration({
  directory,
  engine: engine === undefined ? drachtioProbes(app) : registrarEngine(engine),
  hasFlows: engine !== undefined,
  registration: config.registration,
  isCarrierNode: (address) => router.isCarrierNode(address),
  auth: {
    config: config.auth,
    nonceSecret,
    startEpoch,
    rateLimits: config.rateLimits,
    defaultRealm: config.sip.defaultRealm,
    ownNames: ownNames(config.sip),
    scanners: config.sip.scanners,
    singleChallenge: engine === undefined,
    overload: watchOverload(logger, () => metrics),
    emitBan(ban) {
      bus.emit({ kind: 'ban', ban });
      news?.tell({ kind: 'ban', ban });
    },
  },
  events: createRegistrationEvents({ bus, logger, metrics: () => metrics, directory, bindingNews }),
  nowMs: Date.now,
  random: Math.random,
  later: (delayMs, run) => void setTimeout(run, delayMs),
  readiness,
});

// What calls may cost, and where they go.
const keeper = new FundsKeeper();
const funds: CallFundsWatch = new CallFundsWatch({
  keeper,
  directory,
  clock,
  hangUp: (uuid, end) => router.hangUp(uuid, end),
  onAlarm: (alarm) => bus.emit({ kind: 'spend_alarm', alarm }),
  onEnding: (ending) => bus.emit({ kind: 'funds_ending', ending }),
});
const router: CallRouter = createCallRouter({
  directory,
  bindings: registrar,
  auth: createInviteAuth(auth),
  admission: beside === undefined ? new MemoryAdmission() : new SharedAdmission(beside.places),
  gatewayNews: (key, hasResponded) => news?.tell({ kind: 'gateway', key, hasResponded }),
  config: config.calls,
  // Calls of the embedded engine need no protocol in between.
  srf: engine?.attachCalls((req, res) => router.handleInvite(req, res)) ?? app,
  sink: funds.watch(createCallSink(bus, logger, () => metrics, directory)),
  funds,
  clock,
  random: createCallRandom(ports.random),
  peerCertificate: (flowId) => engine?.peerCertificate(flowId),
  signIdentity: readIdentityKey(config.calls),
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
engine?.setCallPolicy(createCallPolicy({ auth, directory, logger, metrics: () => metrics }));
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
// A machine that is too busy is told of by the metric alone: it would fill the log.
metrics.watchLoop((stall) => logger[stall.cause === 'processor' ? 'debug' : 'info'](stall, 'SIP stood still'));

news?.listen({
  onBan: (ban) => auth.bans.hear(ban),
  onGateway: (key, hasResponded) => router.hearOfGateway(key, hasResponded),
});

// A fault in one handler must not end everybody's calls: it is logged, and the thread goes on.
process.on('uncaughtException', (error) => {
  metrics.countEngine('uncaught');
  logger.error({ err: error }, 'a fault that nobody caught');
});

// What the main thread tells and asks.
const ticking = setInterval(() => registrar.tick(), 250);
const alive = setInterval(() => {
  if (router.activeCalls > 0) bus.emit({ kind: 'calls_alive', atMs: Date.now() });
}, CALLS_ALIVE_MS);
const listening: string[] = [];
bus.listen({
  onShare(share) {
    const part = unpackShare(share, secrets);
    directory.extend(share.version, part);
    registrar.trunksLoaded(part.trunks);
  },
  onStage: (share) => directory.stage(share.version, unpackShare(share, secrets, directory)),
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
      clearInterval(alive);
      carriers.close();
      news?.close();
      router.close();
      await signalling.close();
      registrar.flush();
      bus.flush();
      await new Promise((resolve) => logger.flush(resolve));
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
