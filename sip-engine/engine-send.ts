import { takeFlowParameter } from './engine-flow-uri.ts';
import type { JudgeTarget } from './judge-targets.ts';
import { OutgoingMessage, type SipMessage } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import type { Timer, TimingWheel } from './timer/index.ts';
import { giveUpMs, type TimerValues, type TransactionLayer } from './transaction/index.ts';
import type { Flow, Target, TransportLayer } from './transport/index.ts';
import type { EngineRequest, EngineResult } from './types.ts';

/** Where a URI leads (RFC 3263), best first. */
export type ResolveTargets = (uri: string, done: (result: readonly Target[] | Error) => void) => void;

export interface SenderDeps {
  readonly transactions: TransactionLayer;
  readonly transport: Pick<TransportLayer, 'findFlow' | 'flowTo' | 'listenPointOf'>;
  readonly resolve: ResolveTargets;
  /** Absent: everything may be reached. */
  readonly judge?: JudgeTarget | undefined;
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  /** `User-Agent` of requests that have none. */
  readonly agent: string | undefined;
}

/** One-shot requests of the engine's owner: probes and registrations at carriers. */
export class RequestSender {
  readonly #deps: SenderDeps;
  readonly #pending = new Set<OneShot>();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  get pending(): number {
    return this.#pending.size;
  }

  send(request: EngineRequest, done: (result: EngineResult) => void): void {
    const shot = new OneShot(this.#deps, request, (result) => {
      this.#pending.delete(shot);
      this.#tell(request, done, result);
    });
    this.#pending.add(shot);
    shot.start();
  }

  /** Who waits for an answer over a connection that has ended hears so at once. */
  flowClosed(flow: Flow): void {
    for (const shot of [...this.#pending]) shot.flowClosed(flow);
  }

  close(): void {
    for (const shot of [...this.#pending]) shot.fail('engine_closed');
  }

  #tell(request: EngineRequest, done: (result: EngineResult) => void, result: EngineResult): void {
    try {
      done(result);
    } catch (error) {
      this.#deps.ports.logger.error({ err: error, method: request.method, uri: request.uri }, 'a send callback threw');
    }
  }
}

/** One request on its way through its targets, to one result. */
class OneShot {
  readonly #deps: SenderDeps;
  readonly #request: EngineRequest;
  readonly #done: (result: EngineResult) => void;
  #message: OutgoingMessage | undefined;
  #targets: readonly Target[] = [];
  #timer: Timer | undefined;
  #flow: Flow | undefined;
  #ended = false;

  constructor(deps: SenderDeps, request: EngineRequest, done: (result: EngineResult) => void) {
    this.#deps = deps;
    this.#request = request;
    this.#done = done;
  }

  start(): void {
    const { method, timeoutMs = giveUpMs(this.#deps.timers) } = this.#request;
    if (method === 'INVITE' || method === 'ACK' || method === 'CANCEL') {
      this.fail('method_not_supported');
      return;
    }
    const uri = takeFlowParameter(this.#request.uri);
    const route = takeFlowParameter(this.#request.routeUri ?? '');
    // A flow that is named beats every other rule.
    const flowId = this.#request.flowId ?? route.flowId ?? uri.flowId;
    this.#timer = this.#deps.wheel.after(timeoutMs, () => this.#end({ kind: 'timeout' }));
    try {
      this.#message = buildRequest(this.#request, uri.uri, this.#deps);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
      return;
    }
    if (flowId !== undefined) this.#sendOnFlow(flowId);
    else this.#deps.resolve(route.uri === '' ? uri.uri : route.uri, (result) => this.#resolved(result));
  }

  fail(reason: string): void {
    this.#end({ kind: 'failed', reason });
  }

  flowClosed(flow: Flow): void {
    if (this.#flow === flow) this.#next({ kind: 'failed', reason: 'flow_closed' });
  }

  #sendOnFlow(flowId: string): void {
    const flow = this.#deps.transport.findFlow(flowId);
    if (flow === undefined || flow.closed) this.fail('flow_closed');
    else this.#attempt(flow);
  }

  #resolved(result: readonly Target[] | Error): void {
    if (this.#ended) return;
    if (result instanceof Error) {
      this.fail(result.message);
      return;
    }
    const { judge } = this.#deps;
    const { guard } = this.#request;
    this.#targets = guard && judge ? result.filter((target) => judge(target, guard)) : result;
    this.#next({ kind: 'failed', reason: 'no_target' });
  }

  /** RFC 3263 4.3: the next target after a transport error, a timeout or a 503; the last result when there is none. */
  #next(because: EngineResult): void {
    this.#flow = undefined;
    const [target, ...rest] = this.#targets;
    if (target === undefined || this.#ended) {
      this.#end(because);
      return;
    }
    this.#targets = rest;
    try {
      this.#attempt(this.#deps.transport.flowTo(target));
    } catch (error) {
      this.#next({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #attempt(flow: Flow): void {
    if (this.#message === undefined) return;
    this.#flow = flow;
    const startedMs = this.#deps.ports.clock.nowMs();
    const isCurrent = () => this.#flow === flow && !this.#ended;
    const message = withLocalAddress(this.#message, this.#deps.transport, flow);
    this.#deps.transactions.request(message, flow, {
      onResponse: (response) => {
        if (isCurrent() && response.status >= 200) this.#answered(response, flow, startedMs);
      },
      onTimeout: () => isCurrent() && this.#next({ kind: 'timeout' }),
      onTransportError: (error) => isCurrent() && this.#next({ kind: 'failed', reason: error.message }),
      onEnd: () => undefined,
      hearsEnd: false,
    });
  }

  #answered(message: SipMessage, flow: Flow, startedMs: number): void {
    const { status } = message;
    const rttMs = this.#deps.ports.clock.nowMs() - startedMs;
    const peer = { address: flow.remoteAddress, port: flow.remotePort, transport: flow.transport };
    const result: EngineResult = { kind: 'response', status, message, rttMs, peer };
    if (status === 503) this.#next(result);
    else this.#end(result);
  }

  #end(result: EngineResult): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    this.#done(result);
  }
}

/** Fills in what RFC 3261 8.1.1 demands and the caller has left out. `@localhost` becomes our address later. */
function buildRequest(request: EngineRequest, uri: string, deps: SenderDeps): OutgoingMessage {
  const { random } = deps.ports;
  const message = OutgoingMessage.request(request.method, uri);
  for (const [name, value] of request.headers ?? []) message.add(name, value);
  if (!message.has('max-forwards')) message.prepend('Max-Forwards', '70');
  const from = message.header('from') ?? `<sip:${LOCALHOST}>`;
  message.set('From', /;\s*tag\s*=/i.test(from) ? from : `${from};tag=${random.hex(12)}`);
  if (!message.has('to')) message.add('To', `<${uri}>`);
  if (!message.has('call-id')) message.add('Call-ID', random.uuid());
  if (!message.has('cseq')) message.add('CSeq', `${1 + Math.floor(random.float() * 0xffff)} ${request.method}`);
  if (deps.agent !== undefined && !message.has('user-agent')) message.add('User-Agent', deps.agent);
  if (request.body !== undefined) message.body = request.body;
  return message;
}

const LOCALHOST = 'localhost';

/** `localhost` in From and Contact stands for the address that this flow's peer knows us by. */
function withLocalAddress(
  message: OutgoingMessage,
  transport: Pick<TransportLayer, 'listenPointOf'>,
  flow: Flow,
): OutgoingMessage {
  const named = ['From', 'Contact'].filter((name) => /[:@]localhost\b/.test(message.header(name) ?? ''));
  if (named.length === 0) return message;
  const { host, port } = transport.listenPointOf(flow).advertisedFor(flow.remoteAddress);
  const local = message.clone();
  for (const name of named) {
    local.set(name, (local.header(name) ?? '').replace(/([:@])localhost\b(:\d+)?/, `$1${host}:${port}`));
  }
  return local;
}
