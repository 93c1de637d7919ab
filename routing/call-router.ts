import type { InboundRequest } from '../auth/index.ts';
import type { CallRecord, TrunkRecord } from '../bus/index.ts';
import { callTargets } from '../config/index.ts';
import { type Rejection, reasonEntry, runSteps } from '../telemetry/index.ts';
import { type CallClass, countByClass, type Lease } from './admission/admission.ts';
import { realmOf, refuseInvite } from './answer.ts';
import type { BridgeDeps, FollowOn } from './bridge/bridge-deps.ts';
import { Call, type CallEnd, type CallObserver } from './bridge/call.ts';
import { CallRunner } from './bridge/call-runner.ts';
import type { ConnectLegs } from './bridge/connect-legs.ts';
import { JoinedLegs } from './bridge/joined-legs.ts';
import type { CallContext, CallEffects } from './call-context.ts';
import { CallRates } from './call-rates.ts';
import type { CallRouterDeps, RouterSteps } from './call-router-deps.ts';
import { newCallUuid } from './call-uuid.ts';
import { type CarrierRegistrar, createCarrierRegistrar } from './carrier/carrier-registrar.ts';
import type { CarrierRegistrationStatus } from './carrier/registration-state.ts';
import { type ContextWorld, createContext } from './create-context.ts';
import { type ExplainQuery, type ExplainWorld, type Explanation, explainCall } from './explain.ts';
import { allowedTrunk } from './identify-source.ts';
import { IdentitySigner } from './identity/identity-signer.ts';
import { LiveCalls } from './live-calls.ts';
import { OpenHours } from './open-hours.ts';
import type { SrfRequest, SrfResponse } from './srf-adapter.ts';
import { toInboundRequest } from './srf-request.ts';
import { CarrierQuality, noteDuration } from './target/carrier-quality.ts';
import { CarrierRoutes } from './target/carrier-routes.ts';
import { GatewayHealth } from './target/gateway-health.ts';
import { GatewayProber, type GatewayProberDeps } from './target/gateway-prober.ts';

/** A lease outlives the longest call by this much (ms); then its call has died unseen. */
const LEASE_MARGIN_MS = 60_000;
const SWEEP_MS = 10_000;

/** INVITE in, one (result, reason) out: runs the steps, owns the live calls and their leases. */
export class CallRouter {
  readonly #deps: CallRouterDeps;
  readonly #steps: RouterSteps;
  readonly #world: ExplainWorld;
  readonly #calls = new LiveCalls();
  readonly #turns = new Map<number, number>();
  readonly #bridge: BridgeDeps;
  readonly #rates: CallRates;
  /** What steps may cause is the same for all calls, but for what becomes of the call itself. */
  readonly #commonEffects: Omit<CallEffects, 'bridge'>;
  readonly #observer: CallObserver;
  readonly #carrierRegistrar: CarrierRegistrar;
  #isDraining = false;
  #prober: GatewayProber | undefined;
  #stopSweep: () => void = () => undefined;

  constructor(deps: CallRouterDeps, steps: RouterSteps) {
    this.#deps = deps;
    this.#steps = steps;
    this.#rates = new CallRates(() => deps.clock.now());
    const gatewayHealth = new GatewayHealth(() => deps.clock.now(), deps.gatewayNews);
    this.#carrierRegistrar = createCarrierRegistrar(deps, deps.registerAtCarriers);
    this.#world = {
      ...deps,
      callTargets: callTargets(deps.config.targetAllow),
      carrierRoutes: new CarrierRoutes(),
      gatewayHealth,
      carrierQuality: new CarrierQuality(),
      carrierNodes: this.#carrierRegistrar,
      openHours: new OpenHours(),
      identitySigner: deps.signIdentity && new IdentitySigner(deps.signIdentity),
      peerCertificate: deps.peerCertificate ?? (() => undefined),
      nowMs: () => deps.clock.now(),
    };
    this.#bridge = {
      srf: deps.srf,
      auth: deps.auth,
      admission: deps.admission,
      referPolicy: deps.referPolicy ?? 'reject',
      privateMedia: deps.privateMedia ?? 'warn',
      joinedLegs: new JoinedLegs(),
      leaseUntilMs: () => this.#leaseUntilMs(),
      placeFollowOn: (order) => this.#placeFollowOn(order),
      resolveFor: (trunk, request) => this.#resolveFor(trunk, request),
    };
    this.#commonEffects = this.#effects();
    this.#observer = {
      onProgress: (record) => deps.sink.emit(record),
      onEnded: (call, record) => this.#onEnded(call, record),
    };
    this.#sweepLater();
  }

  /**
   * For `srf.invite(…)`: answers refusals at once, or starts the call.
   * @param giveHome gives the call, which is then forgotten, to the thread that has everything; false when it cannot
   */
  handleInvite(req: SrfRequest, res: SrfResponse, giveHome?: () => boolean): void {
    const call: Call = this.#newCall(toInboundRequest(req), () => this.#start(call, req, res));
    const { context } = call;
    try {
      const judged = this.#refuseWhenUnready() ?? runSteps(this.#steps.judge, context);
      if (giveHome !== undefined && this.#deps.isForHome?.(context, judged) === true && giveHome()) return;
      const rejection = judged ?? runSteps(this.#steps.admit, context);
      if (rejection === undefined) return;
      refuseInvite(res, rejection, realmOf(context.directory, context.invite));
      call.refuse(rejection);
    } catch (error) {
      this.#fault(error, call, res);
    }
  }

  /** What would become of a call now, by the same steps, with no side effect. */
  explain(query: ExplainQuery): Explanation {
    return explainCall(this.#world, this.#steps.call, query, {
      peekRates: (rates) => this.#rates.peek(rates),
      unready: this.#refuseWhenUnready(),
      checkFunds: (context) => this.#deps.funds?.check(context),
      peek: (claims) => this.#deps.admission.peek(claims),
      isLoop: (caller, called, trunkId) => this.#isLoop(caller, called, trunkId),
      nextTurn: (groupId, size) => (this.#turns.get(groupId) ?? 0) % size,
    });
  }

  /** What messages are judged by, too. */
  get world(): ContextWorld {
    return this.#world;
  }

  get activeCalls(): number {
    return this.#calls.size;
  }

  /** Calls that are up by direction, for the gauge. */
  activeByDirection(): Readonly<Record<CallRecord['direction'], number>> {
    return this.#calls.countByDirection();
  }

  /** Live leases: at any moment as many as there are live calls. */
  leases(): readonly Lease[] {
    return this.#deps.admission.leases();
  }

  /** Live leases by the class of the side that pays, for the gauge; together as many as there are calls. */
  leasesByClass(): Readonly<Record<CallClass, number>> {
    return countByClass(this.leases());
  }

  /** Probes every gateway by OPTIONS from now on; `send` tells whether anything came back. */
  probeGateways(send: GatewayProberDeps['send']): void {
    const { clock, directory } = this.#deps;
    this.#prober = new GatewayProber({
      carriers: () => directory.carriers(),
      health: this.#world.gatewayHealth,
      clock,
      send,
    });
    this.#prober.start();
  }

  /** Registers at the carriers that want it, from now on. */
  startCarrierRegistrations(): void {
    this.#carrierRegistrar.start();
  }

  /** The directory may hold other carriers now. */
  directoryChanged(): void {
    this.#carrierRegistrar.directoryChanged();
  }

  /** Whether a carrier that we are registered at answers from that address. */
  isCarrierNode(address: string): boolean {
    return this.#carrierRegistrar.isNode(address);
  }

  /** How our registrations at carriers stand. */
  carrierRegistrations(): readonly CarrierRegistrationStatus[] {
    return this.#carrierRegistrar.statuses();
  }

  /** New calls get 503 from now on; resolves when the last one has ended. */
  beginDrain(): Promise<void> {
    this.#isDraining = true;
    return this.#calls.whenIdle();
  }

  /** What another thread has found out about a gateway. */
  hearOfGateway(key: string, hasResponded: boolean): void {
    this.#world.gatewayHealth.hear(key, hasResponded);
  }

  /** Ends one call, if it is up: BYE or a final answer to both sides. */
  hangUp(uuid: string, end: CallEnd): void {
    this.#calls.find(uuid)?.hangUp(end);
  }

  /** Ends every call with that reason: BYE or a final answer to both sides. */
  endAll(reason: CallEnd['reason']): void {
    this.#calls.endAll({ reason, status: reasonEntry(reason).status || 503, hungUpBy: 'server' });
  }

  /** Stops the sweep of leases and the probes, and takes our registrations back. */
  close(): void {
    this.#carrierRegistrar.close();
    this.#prober?.close();
    this.#stopSweep();
  }

  #effects(): Omit<CallEffects, 'bridge'> {
    const { auth, admission, random } = this.#deps;
    return {
      authenticate: (context) => auth.authenticate(context.invite.request),
      takeRates: (rates) => this.#rates.take(rates),
      checkFunds: (context, option) => this.#deps.funds?.check(context, option),
      acquire: (context, claims) => admission.acquire(context.uuid, claims, this.#leaseUntilMs()),
      isLoop: (caller, called, trunkId) => this.#isLoop(caller, called, trunkId),
      nextTurn: (groupId, size) => {
        const turn = (this.#turns.get(groupId) ?? 0) % size;
        this.#turns.set(groupId, turn + 1);
        return turn;
      },
      random: () => random.float(),
    };
  }

  /** 503 with Retry-After for faults of our own (P13). */
  #refuseWhenUnready(): Rejection | undefined {
    const readiness = this.#isDraining ? 'draining' : (this.#deps.readiness?.() ?? 'ready');
    return readiness === 'ready' ? undefined : { status: 503, reason: readiness, lines: ['Retry-After: 10'] };
  }

  #newCall(request: InboundRequest, bridge: () => void): Call {
    const uuid = newCallUuid(this.#deps.clock.now(), this.#deps.random);
    const effects = { ...this.#commonEffects, bridge };
    return new Call(createContext(uuid, request, this.#world, effects), this.#deps.clock, this.#observer);
  }

  #start(call: Call, req: SrfRequest, res: SrfResponse, connect?: ConnectLegs): void {
    const onFault = (error: unknown) => this.#fault(error, call, res);
    this.#calls.add(call);
    call.start();
    try {
      new CallRunner(this.#bridge, call, { req, res, connect }, onFault).run();
    } catch (error) {
      onFault(error);
    }
  }

  /** A call that somebody in a call has asked for: all steps but those that ask who it is. */
  #placeFollowOn({ trunk, request, req, res, connect }: FollowOn): Call | Rejection {
    const call: Call = this.#newCall(request, () => this.#start(call, req, res, connect));
    call.context.source = { kind: 'trunk', trunk };
    const rejection =
      this.#refuseWhenUnready() ?? allowedTrunk(call.context, trunk) ?? runSteps(this.#steps.followOn, call.context);
    if (rejection === undefined) return call;
    call.refuse(rejection);
    return rejection;
  }

  #resolveFor(trunk: TrunkRecord, request: InboundRequest): CallContext | Rejection {
    const effects = { ...this.#commonEffects, bridge: () => undefined };
    const context = createContext('', request, this.#world, effects);
    context.source = { kind: 'trunk', trunk };
    return allowedTrunk(context, trunk) ?? runSteps(this.#steps.resolve, context) ?? context;
  }

  #onEnded(call: Call, record: CallRecord): void {
    const { admission, sink } = this.#deps;
    noteDuration(call.context, record);
    admission.release(record.uuid);
    this.#calls.delete(call);
    if (record.result === null || record.reason === null) return;
    sink.count(record.direction, record.result, record.reason);
    sink.log(record);
    // Strangers and first challenges are counted and logged, but are nobody's call.
    if (call.context.source !== undefined) sink.emit(record);
  }

  #fault(error: unknown, call: Call, res: SrfResponse): void {
    this.#deps.sink.fault(error, call.context.invite.request.callId);
    const rejection = { status: 500, reason: 'internal_error' } as const;
    if (!call.isEnded) call.hangUp(rejection);
    const { directory, invite } = call.context;
    refuseInvite(res, rejection, realmOf(directory, invite));
  }

  #isLoop(caller: string, called: string, trunkId: number): boolean {
    return this.#calls.isLoop(caller, called, trunkId, this.#deps.clock.now());
  }

  #leaseUntilMs(): number {
    const { ringTimeoutSec, maxDurationSec } = this.#deps.config;
    return this.#deps.clock.now() + (ringTimeoutSec + maxDurationSec) * 1000 + LEASE_MARGIN_MS;
  }

  #sweepLater(): void {
    this.#stopSweep = this.#deps.clock.after(SWEEP_MS, () => {
      for (const uuid of this.#deps.admission.expire(this.#deps.clock.now())) {
        this.#calls.find(uuid)?.hangUp({ reason: 'max_duration', status: 200, hungUpBy: 'server' });
      }
      this.#sweepLater();
    });
  }
}
