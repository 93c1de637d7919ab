import { type AuthService, createAuth } from '../../auth/index.ts';
import type { FundsKeeper } from '../../billing-hooks/index.ts';
import type { AccountRecord, FundsUpdate, ListeningAddress, SipRequestName, SipSide } from '../../bus/index.ts';
import type { BindingMirror } from '../../registrar/index.ts';
import {
  CallFundsWatch,
  type CallRouter,
  createCallRouter,
  createHomeCalls,
  createInviteAuth,
  SharedAdmission,
  type SharedPlacesMemory,
} from '../../routing/index.ts';
import type { SipEngine, WorkerSeat } from '../../sip-engine/index.ts';
import { type Logger, SipMetrics } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import type { SipThreadData } from '../sip-thread.ts';
import { createCallSink } from './call-sink.ts';
import { drainCalls } from './drain.ts';
import { createEmbeddedEngine } from './embedded.ts';
import { createEnginePorts } from './engine-ports.ts';
import { readIdentityKey } from './identity-key.ts';
import { createCallPolicy, watchOverload } from './overload-watch.ts';
import { ownNames } from './own-names.ts';
import { createCallClock, createCallRandom } from './system.ts';
import type { ThreadNews } from './thread-news.ts';

/** How far the record of a call that a crash cut off may lag behind (ms). */
const CALLS_ALIVE_MS = 1000;

export interface CallThreadParts {
  readonly born: SipThreadData;
  readonly seat: WorkerSeat;
  readonly places: SharedPlacesMemory;
  readonly bus: SipSide;
  readonly logger: Logger;
  readonly directory: Directory;
  readonly keeper: FundsKeeper;
  readonly mirror: BindingMirror;
  readonly news: ThreadNews;
}

interface Running {
  readonly engine: SipEngine;
  readonly router: CallRouter;
  readonly funds: CallFundsWatch;
  readonly stopTelling: () => void;
}

/** What a thread that has calls alone consists of; it listens where home does, once home does. */
export class CallThread {
  readonly #parts: CallThreadParts;
  readonly #auth: AuthService;
  readonly #metrics: SipMetrics;
  readonly #clock = createCallClock();
  #running: Running | undefined;
  #isDraining = false;

  constructor(parts: CallThreadParts) {
    this.#parts = parts;
    this.#metrics = new SipMetrics(
      {
        activeCalls: () => this.#running?.router.activeByDirection() ?? { in: 0, out: 0, internal: 0 },
        leases: () => this.#running?.router.leasesByClass() ?? { in: 0, out: 0, dialer: 0 },
        dialogs: () => this.#running?.engine.stats.dialogs ?? 0,
        transactions: () => ({ ...this.#running?.engine.stats.transactions }),
      },
      0,
    );
    this.#auth = this.#createAuth();
  }

  /** Serves calls at home's addresses. */
  async start(points: readonly ListeningAddress[]): Promise<void> {
    const { born, seat, bus, logger, directory, mirror, news } = this.#parts;
    const ports = createEnginePorts(logger, () => this.#metrics);
    const engine = createEmbeddedEngine(born.config, ports, directory, { seat, points });
    const funds: CallFundsWatch = this.#watchFunds((uuid, end) => router.hangUp(uuid, end));
    const router: CallRouter = this.#createRouter(engine, funds, createCallRandom(ports.random));
    engine.setPreFilter(this.#auth.preFilter);
    engine.setCallPolicy(createCallPolicy({ auth: this.#auth, directory, logger, metrics: () => this.#metrics }));
    news.listen({
      onBan: (ban) => this.#auth.bans.hear(ban),
      onGateway: (key, hasResponded) => router.hearOfGateway(key, hasResponded),
      onBindings: (change) => mirror.take(change),
    });
    await engine.start();
    this.#metrics.watchLoop((stall) =>
      logger[stall.cause === 'processor' ? 'debug' : 'info'](stall, 'SIP stood still'),
    );
    const alive = setInterval(() => {
      if (router.activeCalls > 0) bus.emit({ kind: 'calls_alive', atMs: Date.now() });
    }, CALLS_ALIVE_MS);
    this.#running = { engine, router, funds, stopTelling: () => clearInterval(alive) };
  }

  /** Some accounts may be closed now: their calls end. */
  directoryChanged(accounts: readonly AccountRecord[]): void {
    this.#running?.funds.directoryChanged(accounts);
  }

  countFault(): void {
    this.#metrics.countEngine('uncaught');
  }

  /** What the main thread asks of every SIP thread. */
  answer(name: SipRequestName, args: unknown): unknown {
    switch (name) {
      case 'metrics':
        return this.#metrics.collect();
      case 'funds':
        return this.#parts.keeper.apply(args as FundsUpdate);
      case 'stats':
        return { callsActive: this.#running?.router.activeCalls ?? 0 };
      case 'drain':
        return this.#drain((args as { limitMs: number }).limitMs);
      case 'stop':
        return this.#stop();
      default:
        throw new Error(`${name} is answered by the first SIP thread alone`);
    }
  }

  #createAuth(): AuthService {
    const { born, seat, bus, logger, directory, mirror, news } = this.#parts;
    const { config, nonceSecret, startEpoch } = born;
    return createAuth({
      config: config.auth,
      directory,
      nowMs: Date.now,
      // A nonce is good where its uses are counted: at another thread it is one of nobody's, and challenged again with stale=true.
      nonceSecret: `${nonceSecret}:${seat.index}`,
      startEpoch,
      rateLimits: config.rateLimits,
      defaultRealm: config.sip.defaultRealm,
      ownNames: ownNames(config.sip),
      scanners: config.sip.scanners,
      overload: watchOverload(logger, () => this.#metrics),
      emitBan(ban) {
        bus.emit({ kind: 'ban', ban });
        news.tell({ kind: 'ban', ban });
      },
      isPeer: (address) =>
        directory.findCarrierBySource(address) !== undefined || directory.findIpTrunks(address).length > 0,
      holdsBinding: (address) => mirror.hasBindingFrom(address),
      isBound: (trunkId, request) => mirror.isBound(trunkId, request),
    });
  }

  /** Calls that somebody pays for are at home; those of an account that is closed end here, too. */
  #watchFunds(hangUp: CallRouter['hangUp']): CallFundsWatch {
    const { keeper, directory, bus } = this.#parts;
    return new CallFundsWatch({
      keeper,
      directory,
      clock: this.#clock,
      hangUp,
      onAlarm: (alarm) => bus.emit({ kind: 'spend_alarm', alarm }),
      onEnding: (ending) => bus.emit({ kind: 'funds_ending', ending }),
    });
  }

  #createRouter(engine: SipEngine, funds: CallFundsWatch, random: ReturnType<typeof createCallRandom>): CallRouter {
    const { born, places, bus, logger, directory, keeper, mirror, news } = this.#parts;
    const { config } = born;
    const router: CallRouter = createCallRouter({
      directory,
      bindings: mirror,
      auth: createInviteAuth(this.#auth),
      admission: new SharedAdmission(places),
      config: config.calls,
      srf: engine.attachCalls((req, res) => router.handleInvite(req, res, () => engine.handToHome(req))),
      sink: funds.watch(createCallSink(bus, logger, () => this.#metrics, directory)),
      funds,
      clock: this.#clock,
      random,
      peerCertificate: (flowId) => engine.peerCertificate(flowId),
      signIdentity: readIdentityKey(config.calls),
      gatewayNews: (key, hasResponded) => news.tell({ kind: 'gateway', key, hasResponded }),
      isForHome: createHomeCalls(keeper),
      readiness: () => (this.#isDraining ? 'draining' : 'ready'),
    });
    return router;
  }

  async #drain(limitMs: number): Promise<void> {
    this.#isDraining = true;
    if (this.#running !== undefined) await drainCalls(this.#running.router, limitMs);
  }

  async #stop(): Promise<void> {
    const { bus, logger, news } = this.#parts;
    this.#running?.stopTelling();
    this.#running?.router.close();
    await this.#running?.engine.close();
    news.close();
    bus.flush();
    await new Promise((resolve) => logger.flush(resolve));
  }
}
