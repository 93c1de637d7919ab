import type { MainSideHandlers } from '../bus/index.ts';
import { type Config, type LoadedConfig, loadConfig } from '../config/index.ts';
import { createLogger, type Logger, MainMetrics } from '../telemetry/index.ts';
import { startCommerce } from './commerce.ts';
import { handOver } from './hand-over.ts';
import { Journal } from './journal.ts';
import { closeServer, portOf } from './listen.ts';
import { startMetricsServer } from './metrics-server.ts';
import { shareWallets, startMoney } from './money.ts';
import { pbxLine } from './pbx-line.ts';
import { Publishing } from './publish.ts';
import { createRating, warnOfSilence } from './rating.ts';
import { stopOnSignal } from './shutdown.ts';
import type { SipCode } from './sip-code.ts';
import { type SipThread, startSipThread } from './sip-thread.ts';
import { failStart } from './start-error.ts';
import { letSipGoFirst } from './thread-priority.ts';
import { VERSION } from './version.ts';
import { renderWelcome } from './welcome.ts';
import { openWorld, prepareDemo, type World, watchRecords } from './world.ts';

export interface ServeOptions {
  /** Make the demo world. @default when the data directory is empty */
  readonly demo?: boolean;
  /** SIP threads, as text; wins over file and environment. */
  readonly workers?: string;
}

/** What hanging up on the calls that are left takes, and a SIP thread that is slow to answer (ms): within what deploy/ grants. */
const HANG_UP_MS = 4000;
/** Somebody may wait for an answer that a SIP thread which hangs does not give (ms). */
const HTTP_STOP_MS = 1000;
/** An engine waits 3 s for its applications and 3 s for its sockets (ms). */
const SIP_STOP_MS = 6500;

/** The server, from configuration to listening sockets; resolves when everything listens. */
export async function serve(sipCode: SipCode, options: ServeOptions): Promise<void> {
  const { config, unknownVariables } = readConfig(options);
  const logger = createLogger({ level: config.log.level });
  warn(config, unknownVariables, logger);

  // What is stored; only we may read it.
  process.umask(0o077);
  const world = await openWorld(config);

  // SIP: its thread learns the directory and the bindings of before, then listens.
  const metrics = new MainMetrics();
  const journal = new Journal(world.writeEvents, logger);
  const sip = await startSip(sipCode, world, config, {
    handlers: {
      onEvents: (events) => {
        metrics.countEvents(events.length);
        journal.take(events);
      },
      onLost: (count) => metrics.countLost(count),
    },
    onDeath: (reason) => failStart(reason, logger),
  });
  const publishing = new Publishing(world.publisher, sip.bus);
  const rating = createRating(config, warnOfSilence(logger));
  const money = await startMoney(world.store, sip.bus, logger, rating);
  await handOver(world, publishing, sip.bus);

  // HTTP: the API, the control socket of the CLI, metrics; made while the SIP thread takes in what it was sent.
  const commerce = startCommerce(config, world.store, shareWallets(money, sip.bus), pbxLine(sip.bus), logger);
  const state = { isReady: false };
  // Only now: the API is half of all code, and the SIP thread must not wait until it is loaded.
  const { listenAdmin, prepareHttp } = await import('./http.ts');
  const apps = await prepareHttp({
    config,
    world,
    bus: sip.bus,
    commerce,
    rating,
    publish: async () => void (await Promise.all([publishing.publish(), money.publish()])),
    isReady: () => state.isReady,
    logger,
  });
  await sip.bus.started;
  await world.settleOpenCalls();
  publishing.watch(logger);
  const endRecords = await watchRecords(world.store, logger);
  const admin = await listenAdmin(config, apps);
  const metricsServer = await startMetricsServer(config.metrics, metrics, () => collectSip(sip));

  // The demo world comes last: a start that failed has made and shown nothing.
  const listening = await sip.bus.started;
  const ports = { sip: listening, http: admin.port, metrics: portOf(metricsServer) };
  const demoFile = await prepareDemo(world.store, config, ports, options.demo);
  if (demoFile !== undefined) await publishing.publish();

  stopOnSignal(logger, () => [
    {
      name: 'health',
      async run() {
        state.isReady = false;
      },
    },
    { name: 'drain', run: () => drain(sip, config.calls.drainSec * 1000) },
    { name: 'http', limitMs: HTTP_STOP_MS, run: () => Promise.all([admin.close(), closeServer(metricsServer)]) },
    { name: 'sip', run: () => sip.bus.request('stop', undefined, SIP_STOP_MS).finally(() => sip.terminate()) },
    { name: 'journal', run: () => journal.flush().then(endRecords) },
    { name: 'money', run: () => money.close() },
    { name: 'commerce', run: () => commerce.close() },
    { name: 'store', run: () => world.store.close() },
  ]);
  letSipGoFirst(logger);
  state.isReady = true;
  logger.info({ sip: listening, http: config.http, metrics: config.metrics, version: VERSION }, 'didfarm is up');
  if (demoFile !== undefined) process.stdout.write(renderWelcome(demoFile));
}

async function collectSip(sip: SipThread): Promise<readonly [object[]]> {
  return [(await sip.bus.request('metrics')) as object[]];
}

function drain(sip: SipThread, limitMs: number): Promise<unknown> {
  return sip.bus.request('drain', { limitMs }, limitMs + HANG_UP_MS);
}

async function startSip(
  code: SipCode,
  { nonceSecret, secretKey }: World,
  config: Config,
  { handlers, onDeath }: { readonly handlers: MainSideHandlers; readonly onDeath: (reason: Error) => void },
): Promise<SipThread> {
  const data = { config, nonceSecret, secretKey, startEpoch: Math.floor(Date.now() / 1000) };
  if (config.sip.workers === 1) return startSipThread(code, data, handlers, onDeath);
  // Who has one thread loads nothing for several.
  const { startSipThreads } = await import('./sip-threads.ts');
  return startSipThreads(code, data, handlers, onDeath);
}

function readConfig({ demo, workers }: ServeOptions): LoadedConfig {
  const given = workers === undefined ? process.env : { ...process.env, DIDFARM_SIP_WORKERS: workers };
  return loadConfig(given, { mayMakeDemo: demo !== false });
}

function warn(config: Config, unknownVariables: readonly string[], logger: Logger): void {
  if (unknownVariables.length > 0)
    logger.warn({ variables: unknownVariables }, 'these variables mean nothing to didfarm');
  if (!config.rateLimits) logger.warn('rate limits are off (DIDFARM_RATE_LIMITS): for load tests only');
  if (config.redisUrl !== undefined) logger.warn('REDIS_URL is set, but live state is kept in memory in this release');
}
