import { ApiError } from '../admin/index.ts';
import type { Config } from '../config/index.ts';
import type { StartWorldSip, WorldSip, WorldSipParts } from '../sandbox/index.ts';
import type { Logger } from '../telemetry/index.ts';
import {
  DirectoryPublisher,
  getNonceSecret,
  loadOpenCalls,
  saveSipEvents,
  settleOpenCalls,
  shareBindings,
} from '../tenancy/index.ts';
import { handOver } from './hand-over.ts';
import { Journal } from './journal.ts';
import { type MoneyDesk, shareWallets, startMoney } from './money.ts';
import { pbxLine } from './pbx-line.ts';
import { Publishing } from './publish.ts';
import { loadSipCode } from './sip-code.ts';
import { createSipPort } from './sip-port.ts';
import { startSipThread } from './sip-thread.ts';
import { StoredNotices } from './stored-notices.ts';
import { shiftEvents } from './world-events.ts';

/** SIP threads of test worlds at a time; each takes memory as the live one does. */
const MOST_THREADS = 4;
/** Telephones of a simulation are not let ring for long (s). */
const RING_SEC = 5;

/** Starts SIP threads for test worlds: the same as the live one, on the loopback interface alone. */
export function worldSipStarter(config: Config, logger: Logger): StartWorldSip {
  const worldConfig = configOfWorlds(config);
  let running = 0;
  return async (parts) => {
    if (running >= MOST_THREADS)
      throw new ApiError('sandbox_limit', `${MOST_THREADS} test worlds have telephones now, and no more can have.`);
    running += 1;
    const ended = () => {
      running -= 1;
    };
    return startWorldSip(worldConfig, parts, logger, ended).catch((error: unknown) => {
      ended();
      throw error;
    });
  };
}

function configOfWorlds(config: Config): Config {
  return {
    ...config,
    sip: {
      ...config.sip,
      tlsCertFile: undefined,
      tlsKeyFile: undefined,
      tlsCertDir: undefined,
      external: undefined,
      wsPort: undefined,
      wssPort: undefined,
      hosts: ['127.0.0.1'],
      port: 0,
      hasTls: false,
      workers: 1,
      defaultRealm: undefined,
    },
    engine: { kind: 'embedded' },
    // A wrong password is what somebody wants to try here, again and again.
    auth: { ...config.auth, trustedNetworks: ['127.0.0.0/8'] },
    registration: { ...config.registration, probeIntervalSec: 0, flapDampingSec: 0 },
    calls: {
      ...config.calls,
      ringTimeoutSec: RING_SEC,
      targetAllow: undefined,
      stirKeyFile: undefined,
      stirCertificateUrl: undefined,
    },
    rateLimits: false,
    // What goes wrong in a test is told to whoever tests it.
    log: { ...config.log, level: 'error' },
  };
}

async function startWorldSip(
  config: Config,
  { store, secretKey, carrier, aheadMs }: WorldSipParts,
  logger: Logger,
  ended: () => void,
): Promise<WorldSip> {
  const publisher = new DirectoryPublisher(store, { algorithms: config.auth.algorithms });
  const nonceSecret = (await getNonceSecret(store)).toString('hex');
  const records = new StoredNotices();
  const journal = new Journal(async (events) => {
    const told = shiftEvents(events, aheadMs());
    await saveSipEvents(store, told);
    records.stored(told);
  }, logger);
  const openCalls = await loadOpenCalls(store);
  const startEpoch = Math.floor(Date.now() / 1000);
  const died = Promise.withResolvers<void>();
  const sip = startSipThread(
    loadSipCode(),
    // A number may be routed to any URI: what is live, on this machine above all, must not hear of it.
    { config: { ...config, sip: { ...config.sip, onlyPeers: [carrier] } }, nonceSecret, secretKey, startEpoch },
    { onEvents: (events) => journal.take(events), onLost: () => undefined },
    (reason) => {
      logger.error({ err: reason }, 'the SIP thread of a test world has ended');
      died.resolve();
    },
  );
  const { bus } = sip;
  const publishing = new Publishing(publisher, bus);
  let money: MoneyDesk | undefined;
  try {
    money = await startMoney(store, bus, logger);
    await handOver({ store, shareBindings: (take) => shareBindings(store, take), openCalls }, publishing, bus);
    await bus.started;
    await settleOpenCalls(store, openCalls, store.clock.nowMs());
  } catch (error) {
    await sip.terminate();
    await money?.close().catch(() => undefined);
    throw error;
  }
  const desk = money;
  const [point] = await bus.started;
  return {
    port: point?.port ?? 0,
    queries: createSipPort(bus),
    holds: shareWallets(desk, bus),
    sendToPbx: pbxLine(bus),
    publish: async () => void (await Promise.all([publishing.publish(), desk.publish()])),
    stored: (what) => records.wait(what),
    died: died.promise,
    async stop() {
      await bus.request('stop').catch(() => undefined);
      try {
        await sip.terminate();
        await journal.flush();
        await desk.close();
      } catch (error) {
        logger.error({ err: error }, 'the SIP side of a test world could not be ended cleanly');
      } finally {
        ended();
      }
    },
  };
}
