import { ApiError } from '../admin/index.ts';
import type { SipEvent } from '../bus/index.ts';
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
import { shareWallets, startMoney } from './money.ts';
import { Publishing } from './publish.ts';
import { createSipPort } from './sip-port.ts';
import { startSipThread } from './sip-thread.ts';
import { shiftEvents } from './world-events.ts';

/** SIP threads of test worlds at a time; each takes memory as the live one does. */
const MOST_THREADS = 4;
/** Telephones of a simulation are not let ring for long (s). */
const RING_SEC = 5;
/** A call whose record does not come is shown without (ms). */
const RECORD_MS = 3000;

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
  const { tlsCertFile: _, tlsKeyFile: __, external: ___, wsPort: ____, wssPort: _____, ...sip } = config.sip;
  const none = {
    tlsCertFile: undefined,
    tlsKeyFile: undefined,
    external: undefined,
    wsPort: undefined,
    wssPort: undefined,
  };
  return {
    ...config,
    sip: {
      ...sip,
      ...none,
      tlsCertDir: undefined,
      hosts: ['127.0.0.1'],
      port: 0,
      hasTls: false,
      defaultRealm: undefined,
    },
    engine: { kind: 'embedded' },
    // A wrong password is what somebody wants to try here, again and again.
    auth: { ...config.auth, trustedNetworks: ['127.0.0.0/8'] },
    registration: { ...config.registration, probeIntervalSec: 0, flapDampingSec: 0 },
    calls: { ...config.calls, ringTimeoutSec: RING_SEC, stirKeyFile: undefined, stirCertificateUrl: undefined },
    rateLimits: false,
  };
}

async function startWorldSip(
  config: Config,
  { store, secretKey, aheadMs }: WorldSipParts,
  logger: Logger,
  ended: () => void,
): Promise<WorldSip> {
  const publisher = new DirectoryPublisher(store, { algorithms: config.auth.algorithms });
  const nonceSecret = (await getNonceSecret(store)).toString('hex');
  const records = new StoredCalls();
  const journal = new Journal(async (events) => {
    const told = shiftEvents(events, aheadMs());
    await saveSipEvents(store, told);
    records.stored(told);
  }, logger);
  const openCalls = await loadOpenCalls(store);
  const startEpoch = Math.floor(Date.now() / 1000);
  const sip = startSipThread(
    { config, nonceSecret, secretKey, startEpoch },
    { onEvents: (events) => journal.take(events), onLost: () => undefined },
    (reason) => logger.error({ err: reason }, 'the SIP thread of a test world has ended'),
  );
  const { bus } = sip;
  const publishing = new Publishing(publisher, bus);
  const money = await startMoney(store, bus, logger);
  await handOver({ store, shareBindings: (take) => shareBindings(store, take), openCalls }, publishing, bus);
  const [point] = await bus.started;
  await settleOpenCalls(store, openCalls, store.clock.nowMs());
  return {
    port: point?.port ?? 0,
    queries: createSipPort(bus),
    holds: shareWallets(money, bus),
    publish: async () => void (await Promise.all([publishing.publish(), money.publish()])),
    callStored: (callId) => records.wait(callId),
    async stop() {
      await bus.request('stop').catch(() => undefined);
      await sip.terminate();
      await journal.flush();
      await money.close();
      ended();
    },
  };
}

/** Tells who waits for it that a call that is over is in the store. */
class StoredCalls {
  readonly #waiting = new Map<string, () => void>();
  readonly #stored = new Set<string>();

  stored(events: readonly SipEvent[]): void {
    for (const event of events) {
      if (event.kind !== 'call' || event.record.endedAtMs === null) continue;
      const { callId } = event.record.aLeg;
      this.#stored.add(callId);
      this.#waiting.get(callId)?.();
    }
  }

  /** Resolves also when no record comes: who was turned away at the door has none. */
  wait(callId: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, RECORD_MS);
      const forget = () => {
        this.#waiting.delete(callId);
        this.#stored.delete(callId);
      };
      function done(): void {
        clearTimeout(timer);
        forget();
        resolve();
      }
      if (this.#stored.has(callId)) done();
      else this.#waiting.set(callId, done);
    });
  }
}
