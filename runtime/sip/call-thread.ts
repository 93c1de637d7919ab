import { type AuthService, createAuth } from '../../auth/index.ts';
import type { AccountRecord, FundsUpdate, ListeningAddress, SipRequestName } from '../../bus/index.ts';
import { BindingMirror } from '../../registrar/index.ts';
import { type CallFundsWatch, type CallRouter, createCallRouter, createHomeCalls } from '../../routing/index.ts';
import type { EnginePorts, SipEngine, WorkerSeat } from '../../sip-engine/index.ts';
import { SipMetrics } from '../../telemetry/index.ts';
import { drainCalls } from './drain.ts';
import { createEmbeddedEngine } from './embedded.ts';
import { createEnginePorts } from './engine-ports.ts';
import { type ThreadBase, watchThread } from './thread-base.ts';
import { authOptions, callDeps, guardEngine, hearNews, tellOfCalls, watchFunds } from './thread-calls.ts';

interface Running {
  readonly engine: SipEngine;
  readonly router: CallRouter;
  readonly funds: CallFundsWatch;
  readonly stopTelling: () => void;
}

/** What a thread that has calls alone consists of; it listens where home does, once home does. */
export class CallThread {
  readonly #base: ThreadBase;
  readonly #seat: WorkerSeat;
  readonly #mirror = new BindingMirror(Date.now);
  readonly #auth: AuthService;
  readonly #metrics: SipMetrics;
  #running: Running | undefined;
  #isDraining = false;

  constructor(base: ThreadBase, seat: WorkerSeat) {
    this.#base = base;
    this.#seat = seat;
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
    watchThread(base.logger, this.#metrics);
  }

  /** Serves calls at home's addresses. */
  async start(points: readonly ListeningAddress[]): Promise<void> {
    const { born, logger, directory } = this.#base;
    const ports = createEnginePorts(logger, () => this.#metrics);
    const engine = createEmbeddedEngine(born.config, ports, directory, { seat: this.#seat, points });
    // Calls that somebody pays for are at home; those of an account that is closed end here, too.
    const funds: CallFundsWatch = watchFunds(this.#base, (uuid, end) => router.hangUp(uuid, end));
    const router: CallRouter = this.#createRouter(engine, funds, ports);
    guardEngine(engine, this.#base, this.#auth, () => this.#metrics);
    hearNews(this.#base, this.#auth, router, { onBindings: (change) => this.#mirror.take(change) });
    await engine.start();
    this.#running = { engine, router, funds, stopTelling: tellOfCalls(this.#base, router) };
  }

  /** Some accounts may be closed now: their calls end. */
  directoryChanged(accounts: readonly AccountRecord[]): void {
    this.#running?.funds.directoryChanged(accounts);
  }

  /** What the main thread asks of every SIP thread. */
  answer(name: SipRequestName, args: unknown): unknown {
    switch (name) {
      case 'metrics':
        return this.#metrics.collect();
      case 'funds':
        return this.#base.keeper.apply(args as FundsUpdate);
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
    const { born, directory } = this.#base;
    const mirror = this.#mirror;
    return createAuth({
      ...authOptions(this.#base, () => this.#metrics),
      // A nonce is good where its uses are counted: at another thread it is one of nobody's, and challenged again with stale=true.
      nonceSecret: `${born.nonceSecret}:${this.#seat.index}`,
      directory,
      nowMs: Date.now,
      isPeer: (address) =>
        directory.findCarrierBySource(address) !== undefined || directory.findIpTrunks(address).length > 0,
      holdsBinding: (address) => mirror.hasBindingFrom(address),
      isBound: (trunkId, request) => mirror.isBound(trunkId, request),
    });
  }

  #createRouter(engine: SipEngine, funds: CallFundsWatch, ports: EnginePorts): CallRouter {
    const auth = this.#auth;
    const router: CallRouter = createCallRouter({
      ...callDeps({ base: this.#base, auth, metrics: () => this.#metrics, funds, ports, engine }),
      bindings: this.#mirror,
      srf: engine.attachCalls((req, res) => router.handleInvite(req, res, () => engine.handToHome(req))),
      isForHome: createHomeCalls(this.#base.keeper),
      readiness: () => (this.#isDraining ? 'draining' : 'ready'),
    });
    return router;
  }

  async #drain(limitMs: number): Promise<void> {
    this.#isDraining = true;
    if (this.#running !== undefined) await drainCalls(this.#running.router, limitMs);
  }

  async #stop(): Promise<void> {
    this.#running?.stopTelling();
    this.#running?.router.close();
    await this.#running?.engine.close();
    await this.#base.end();
  }
}
