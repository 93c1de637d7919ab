import type { InboundRequest } from '../auth/index.ts';
import type { BindingRecord, DirectoryDelta, OfflineCause, TrunkRecord, TrunkStateRecord } from '../bus/index.ts';
import { runStepsLazily, type Step } from '../telemetry/index.ts';
import { isLive, type LiveBinding, toRecord } from './binding.ts';
import type { TrunkBindings } from './binding-mirror.ts';
import { Bindings } from './bindings.ts';
import { openContext, type RegisterContext } from './context.ts';
import { DateLine } from './date-line.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { FailureGate } from './failure-gate.ts';
import { Moment } from './moment.ts';
import type { RegistrarOptions } from './options.ts';
import { isProvenFailure } from './proven-failures.ts';
import { RecentAnswers } from './recent-answers.ts';
import { acceptedOutcome, describeFailure, type RegisterOutcome, refusedOutcome } from './register-outcome.ts';

/** What the API shows of a trunk's registration (A7). */
export interface RegistrationView {
  readonly state: 'never' | 'registered' | 'offline';
  readonly sinceMs: number | null;
  /** Why it is offline. */
  readonly reason: OfflineCause | null;
  readonly contacts: readonly LiveBinding[];
  readonly userAgent: string;
  readonly transport: string;
  readonly rttMs: number | null;
  readonly expiresAtMs: number | null;
}

/** REGISTER as a function over memory: a request in, an answer out; nothing is awaited. */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #steps: readonly Step<RegisterContext>[];
  readonly #bindings: Bindings;
  readonly #recent: RecentAnswers;
  readonly #dateLine = new DateLine();
  readonly #gate = new FailureGate();
  readonly #watch: DirectoryWatch;
  readonly #moment: Moment;

  /** `moment` is the clock of `options`, where others share it. */
  constructor(
    options: RegistrarOptions,
    steps: readonly Step<RegisterContext>[],
    moment: Moment = new Moment(options.nowMs),
  ) {
    this.#moment = moment;
    this.#options = { ...options, nowMs: moment.nowMs };
    this.#steps = steps;
    this.#bindings = new Bindings(this.#options);
    this.#recent = new RecentAnswers(this.#dateLine, Math.floor(options.random() * 0x1_0000_0000));
    this.#watch = new DirectoryWatch(options.directory, this.#bindings, moment.nowMs);
  }

  /** Runs the steps and says how the REGISTER is to be answered. */
  handle(request: InboundRequest): RegisterOutcome {
    this.#moment.hold();
    try {
      return this.#handle(request);
    } finally {
      this.#moment.release();
    }
  }

  #handle(request: InboundRequest): RegisterOutcome {
    const context = openContext(this.#options, this.#bindings, this.#recent, this.#dateLine, request);
    const rejection = runStepsLazily(this.#steps, context);
    const isRepeat = rejection?.reason === 'retransmitted';
    const outcome = rejection === undefined ? acceptedOutcome(context) : refusedOutcome(context, rejection);
    if (context.credentials !== undefined && !isRepeat) {
      this.#recent.keep(request, context.credentials.response, outcome, context.nowMs);
    }
    if (rejection === undefined && context.trunk !== undefined) this.#watch.registered(context.trunk);
    if (rejection !== undefined && outcome.result !== 'ok') {
      const { trunk, username } = context;
      const key = {
        trunkId: trunk?.id ?? null,
        username,
        sourceAddress: request.sourceAddress,
        reason: outcome.reason,
        sentence: rejection.sentence,
        isProven: isProvenFailure({ reason: outcome.reason, transport: request.transport }),
      };
      if (this.#gate.admits(key, context.nowMs)) {
        this.#options.events.registerFailure(describeFailure(this.#steps, context, rejection));
      }
    }
    this.#options.events.count(outcome.result, outcome.reason);
    return outcome;
  }

  /**
   * The header lines of the 401 that `handle` would answer to a plain REGISTER without credentials, each with its CR LF, as
   * bytes that are good until the next call; `undefined`, and nothing counted, when it would answer anything else.
   */
  challenge(host: string, sourceAddress: string): Uint8Array | undefined {
    this.#moment.hold();
    try {
      return this.#challenge(host, sourceAddress);
    } finally {
      this.#moment.release();
    }
  }

  #challenge(host: string, sourceAddress: string): Uint8Array | undefined {
    const { auth, events, readiness } = this.#options;
    if (readiness !== undefined && readiness() !== 'ready') return undefined;
    if (auth.bans.verdict(sourceAddress)?.scope === 'all') return undefined;
    const { realm } = auth.realms.resolve(host);
    // The source is counted last: one with nothing left is not charged for being asked again.
    if (realm === undefined || auth.limits.countSource(sourceAddress) > 0) return undefined;
    events.count('ok', 'challenged');
    return auth.authenticator.challenge(sourceAddress, realm);
  }

  /** Bindings of a trunk that may be called, the newest first. */
  bindingsOf(trunkId: number): readonly LiveBinding[] {
    return this.#bindings.live(trunkId);
  }

  /** What other threads have to know of the trunk's bindings, the newest first. */
  shown(trunkId: number): TrunkBindings {
    const now = this.#options.nowMs();
    const newestFirst = this.#bindings.store.all(trunkId).toSorted((a, b) => b.order - a.order);
    return {
      trunkId,
      bindings: newestFirst.map((binding) => ({ record: toRecord(binding), isCalled: isLive(binding, now) })),
    };
  }

  /** The binding behind a source address: with a port only the one of exactly that flow, without it the newest. */
  findBindingBySource(address: string, port?: number): LiveBinding | undefined {
    return this.#bindings.findBySource(address, port);
  }

  /** Whether the address holds a binding, on any port. */
  hasBindingFrom(address: string): boolean {
    return this.#bindings.store.hasSource(address);
  }

  /** Whether the request comes over the flow, or continues the Call-ID, of a binding that the trunk holds. */
  isBound(trunkId: number, request: InboundRequest): boolean {
    return this.#bindings.store
      .all(trunkId)
      .some(
        (binding) =>
          binding.sourceAddress === request.sourceAddress &&
          (binding.sourcePort === request.sourcePort || binding.callId === request.callId),
      );
  }

  /** How a trunk's registration stands, from this thread's memory. */
  registrationOf(trunkId: number): RegistrationView {
    const ipTrunk = this.#bindings.ipTrunks.find(trunkId);
    const contacts = ipTrunk?.liveness === 'alive' ? [ipTrunk] : this.#bindings.live(trunkId);
    const state = this.#bindings.states.get(trunkId);
    const newest = contacts[0];
    return {
      state: state?.state ?? 'never',
      sinceMs: state?.sinceMs ?? null,
      reason: state?.cause ?? null,
      contacts,
      userAgent: newest?.userAgent ?? '',
      transport: newest?.transport ?? '',
      rttMs: newest?.rttMs ?? null,
      expiresAtMs: newest?.expiresAtMs ?? null,
    };
  }

  /** Trunks by state, and bindings, for gauges. */
  get counts(): { readonly registered: number; readonly offline: number; readonly bindings: number } {
    return { ...this.#bindings.states.counts, bindings: this.#bindings.store.size };
  }

  /** The engine reports that a connection is no more. */
  flowClosed(flowId: string): void {
    this.#bindings.flows.flowClosed(flowId);
  }

  /** Takes over the bindings of before a restart; the directory must be loaded. */
  restore(records: readonly BindingRecord[], states: readonly TrunkStateRecord[] = []): void {
    const isKnown = (state: TrunkStateRecord) => this.#options.directory.findTrunk(state.trunkId) !== undefined;
    this.#bindings.states.restoreOffline(states.filter((state) => state.state === 'offline' && isKnown(state)));
    this.#bindings.restore(records.filter((record) => this.#options.directory.findTrunk(record.trunkId) !== undefined));
    for (const record of records) {
      const trunk = this.#options.directory.findTrunk(record.trunkId);
      if (trunk !== undefined) this.#watch.registered(trunk);
    }
    for (const { trunkId, sinceMs, state } of states) {
      const trunk = this.#options.directory.findTrunk(trunkId);
      if (state === 'registered' && trunk !== undefined) this.#bindings.restoreRegistered(trunk, sinceMs);
    }
  }

  /** Ends all bindings of a trunk. */
  purge(trunkId: number, cause: OfflineCause): void {
    this.#bindings.purge(trunkId, cause);
  }

  /** To be called after the directory has taken a delta, the first one too. */
  directoryChanged(delta: DirectoryDelta): void {
    this.#watch.changed(delta);
    this.#bindings.ipTrunks.changed(delta, (id) => this.#options.directory.findTrunk(id));
  }

  /** To be called for trunks that come in parts, behind the first delta. */
  trunksLoaded(trunks: readonly TrunkRecord[]): void {
    this.#bindings.ipTrunks.follow(trunks);
  }

  /** Tells what is still to be told; before the end. */
  flush(): void {
    this.#bindings.store.tellRefreshes();
  }

  /** Expiry, probes and held-back events; to be called several times a second. */
  tick(): void {
    this.#bindings.tick();
    this.#recent.forget(this.#options.nowMs());
  }
}
