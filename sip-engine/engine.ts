import type { Server } from 'node:net';
import type { ControlListenOptions } from './control/index.ts';
import { DirectLane } from './engine-direct-lane.ts';
import { EngineStartError } from './engine-errors.ts';
import { DEFAULT_PARTS, type EngineParts, transactionOptions, transportOptions } from './engine-parts.ts';
import { ProbeLane } from './engine-probe.ts';
import { Receiver } from './engine-receive.ts';
import { RegisterLane } from './engine-register-lane.ts';
import { RequestSender } from './engine-send.ts';
import { createJudge } from './judge-targets.ts';
import { type CallLane, DirectCalls, incomingOf, type LaneInviteHandler, type LaneRequest } from './lane/index.ts';
import { DEFAULT_LIMITS } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import { createTimingWheel, type TimingWheel } from './timer/index.ts';
import { createTransactionLayer, type TransactionLayer, timerValues } from './transaction/index.ts';
import type { Flow, FrameFault, ListenPoint, PeerCertificate } from './transport/index.ts';
import type {
  CallPolicy,
  Challenger,
  ConnectionFilter,
  DirectHandler,
  EngineOptions,
  EngineProbe,
  EngineRequest,
  EngineResult,
  EngineStats,
  PreFilter,
  ProbeResult,
  SipEngine,
} from './types.ts';
import { createSeatedTransport, ownedPorts, type SeatedTransport, type WorkerEvents } from './workers/index.ts';

/** Longest wait in ms for apps and sockets to end when the engine is closed. */
const CLOSE_TIMEOUT_MS = 3000;

/**
 * A SIP engine that is wired but not yet listening: transport, filter, parser, then the direct lane or
 * transactions, dialogs and the apps' control protocol.
 */
export function createEngine(options: EngineOptions, ports: EnginePorts, parts: Partial<EngineParts> = {}): SipEngine {
  return new Engine(options, ports, { ...DEFAULT_PARTS, ...parts });
}

class Engine implements SipEngine {
  readonly #options: EngineOptions;
  readonly #ports: EnginePorts;
  readonly #wheel: TimingWheel;
  readonly #events: WorkerEvents;
  readonly #transport: SeatedTransport;
  readonly #transactions: TransactionLayer;
  readonly #directLane: DirectLane;
  readonly #registerLane: RegisterLane;
  readonly #receiver: Receiver;
  readonly #sender: RequestSender;
  readonly #probes: ProbeLane;
  readonly #control: ReturnType<EngineParts['createControl']>;
  readonly #closedListeners: ((flowId: string, reason: string) => void)[] = [];
  #closing: Promise<void> | undefined;
  #connectionFilter: ConnectionFilter | undefined;
  #callPolicy: CallPolicy | undefined;
  #tap: ((direction: 'in' | 'out', bytes: Buffer, flowId: string) => void) | undefined;

  constructor(options: EngineOptions, given: EnginePorts, parts: EngineParts) {
    const { maxMessageBytes = DEFAULT_LIMITS.maxMessageBytes, agent, unwanted, workers } = options;
    const ports = ownedPorts(workers, given);
    const timers = timerValues(options.timers);
    const tagSeed = Number.parseInt(ports.random.hex(8), 16);
    this.#options = options;
    this.#ports = ports;
    this.#wheel = createTimingWheel({
      clock: ports.clock,
      onError: (error) => ports.logger.error({ err: error }, 'a timer callback threw'),
    });
    this.#events = {
      onMessage: (bytes, flow, fault) => this.#receive(bytes, flow, fault),
      onFlowClosed: (flow, reason) => this.#flowClosed(flow, reason),
      onBehind: (isBehind) => this.#receiver.tellBehind(isBehind),
      onConnection: (remoteAddress, transport) => this.#connectionFilter?.(remoteAddress, transport) ?? true,
      mayHandOver: (bytes, flow) => this.#receiver.passes(bytes, flow),
      isUrgent: (uri) => this.#callPolicy?.isUrgent(uri) === true,
      // There from the start: an object that a property was deleted from is slower for each datagram from then on.
      onSent: undefined,
    };
    this.#transport = createSeatedTransport(workers, transportOptions(options), this.#events, ports);
    const transport = this.#transport;
    const wheel = this.#wheel;
    const resolve = parts.createResolve({ transport, ports });
    this.#transactions = createTransactionLayer({
      transport,
      wheel,
      ports,
      timers,
      options: transactionOptions(options),
    });
    const transactions = this.#transactions;
    const judge = createJudge(transport, options);
    this.#control = parts.createControl({ transactions, transport, resolve, judge, wheel, timers, ports, options });
    transactions.setUser(this.#control);
    this.#directLane = new DirectLane(ports.logger, tagSeed);
    this.#registerLane = new RegisterLane({ directLane: this.#directLane, logger: ports.logger, tagSeed });
    const limits = { ...DEFAULT_LIMITS, maxMessageBytes, maxBodyBytes: maxMessageBytes };
    this.#receiver = new Receiver({
      transactions,
      directLane: this.#directLane,
      registerLane: this.#registerLane,
      limits,
      ports,
      tagSeed,
      agent,
      unwanted,
      wheel,
    });
    this.#probes = new ProbeLane({ transport, wheel, timers, ports, agent });
    this.#sender = new RequestSender({ transactions, transport, resolve, judge, wheel, timers, ports, agent });
  }

  async start(): Promise<readonly ListenPoint[]> {
    for (const spec of this.#options.listen) {
      try {
        await this.#transport.listen(spec);
      } catch (error) {
        await this.close();
        throw new EngineStartError(spec, error);
      }
    }
    return this.listenPoints;
  }

  get listenPoints(): readonly ListenPoint[] {
    return this.#transport.listenPoints;
  }

  onRequest(method: string, handler: DirectHandler): void {
    this.#directLane.set(method, handler);
  }

  setConnectionFilter(filter: ConnectionFilter): void {
    this.#connectionFilter = filter;
  }

  setChallenger(challenger: Challenger): void {
    this.#registerLane.challenger = challenger;
  }

  setPreFilter(filter: PreFilter): void {
    this.#receiver.preFilter = filter;
  }

  setCallPolicy(policy: CallPolicy): void {
    this.#callPolicy = policy;
    this.#receiver.callPolicy = policy;
  }

  onFlowClosed(listener: (flowId: string, reason: string) => void): void {
    this.#closedListeners.push(listener);
  }

  holdFlow(flowId: string): void {
    this.#transport.findFlow(flowId)?.hold();
  }

  releaseFlow(flowId: string): void {
    this.#transport.findFlow(flowId)?.release();
  }

  isFlowOpen(flowId: string): boolean {
    return this.#transport.findFlow(flowId)?.closed === false;
  }

  peerCertificate(flowId: string): PeerCertificate | undefined {
    return this.#transport.findFlow(flowId)?.peerCertificate;
  }

  hasCertificate(domain: string): boolean {
    return this.#transport.hasCertificate(domain);
  }

  send(request: EngineRequest, done: (result: EngineResult) => void): void {
    this.#sender.send(request, done);
  }

  probe(probe: EngineProbe, done: (result: ProbeResult) => void): void {
    this.#probes.send(probe, done);
  }

  setTap(tap: ((direction: 'in' | 'out', bytes: Buffer, flowId: string) => void) | undefined): void {
    this.#tap = tap;
    this.#events.onSent = tap && ((bytes, flow) => tap('out', bytes, flow.id));
  }

  attachApp(options: { readonly secret: string; readonly methods: readonly string[] }): Server {
    return this.#control.attachApp(options);
  }

  attachCalls(onInvite: LaneInviteHandler): CallLane {
    return this.#control.attachLocal(['INVITE'], (hub) => new DirectCalls(hub, onInvite));
  }

  handToHome(request: LaneRequest): boolean {
    const incoming = incomingOf(request);
    if (incoming === undefined || incoming.transaction.answered || this.#transport.giveHome === undefined) return false;
    const { message, flow, transaction } = incoming;
    this.#transport.giveHome(message.callId, message.raw, flow);
    transaction.stop();
    return true;
  }

  listenControl(options: ControlListenOptions): Promise<{ readonly port: number }> {
    return this.#control.listenControl(options);
  }

  get stats(): EngineStats {
    return {
      transactions: this.#transactions.size,
      dialogs: this.#control.dialogs,
      connections: this.#transport.connections,
      apps: this.#control.apps,
      routes: this.#control.routes,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.#sender.close();
    this.#probes.close();
    this.#receiver.close();
    await this.#bounded(this.#control.close(), 'apps');
    this.#transactions.close();
    await this.#bounded(this.#transport.close(), 'sockets');
    this.#wheel.close();
  }

  #receive(bytes: Buffer, flow: Flow, fault: FrameFault | undefined): boolean {
    this.#tap?.('in', bytes, flow.id);
    return !this.#probes.take(bytes, flow) && this.#receiver.receive(bytes, flow, fault);
  }

  #flowClosed(flow: Flow, reason: string): void {
    this.#sender.flowClosed(flow);
    this.#probes.flowClosed(flow);
    this.#transactions.flowClosed(flow, reason);
    this.#control.onFlowClosed(flow, reason);
    for (const listener of this.#closedListeners) this.#guard(() => listener(flow.id, reason), 'a flow listener threw');
  }

  #guard(call: () => void, text: string): void {
    try {
      call();
    } catch (error) {
      this.#ports.logger.error({ err: error }, text);
    }
  }

  /** Waits for a part to end, but not for ever. */
  async #bounded(ending: Promise<void>, part: string): Promise<void> {
    const waited = Promise.withResolvers<'late'>();
    const timer = this.#wheel.after(CLOSE_TIMEOUT_MS, () => waited.resolve('late'));
    const failed = (error: unknown) => this.#ports.logger.error({ err: error, part }, 'closing failed');
    const outcome = await Promise.race([ending.catch(failed), waited.promise]);
    timer.cancel();
    if (outcome === 'late') this.#ports.logger.warn({ part }, 'gave up waiting for a part to close');
  }
}
