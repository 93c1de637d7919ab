import { CallGate } from './engine-call-gate.ts';
import type { DirectLane } from './engine-direct-lane.ts';
import type { RegisterLane } from './engine-register-lane.ts';
import { sniffMethod, sniffUserAgent } from './engine-sniff.ts';
import { renderAnswer } from './engine-stateless-answer.ts';
import { isUnwanted } from './engine-unwanted.ts';
import {
  type ParseLimits,
  parseMessage,
  type SipMessage,
  SipParseError,
  validateKnownHeaders,
} from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import type { TimingWheel } from './timer/index.ts';
import { mayBeStateless, statelessTag, type TransactionLayer } from './transaction/index.ts';
import type { Flow, FrameFault } from './transport/index.ts';
import type { CallPolicy, PreFilter, UnwantedOptions } from './types.ts';

export interface ReceiveDeps {
  readonly transactions: TransactionLayer;
  readonly directLane: DirectLane;
  readonly registerLane: RegisterLane;
  readonly limits: ParseLimits;
  readonly ports: EnginePorts;
  readonly tagSeed: number;
  /** `Server` of answers made here; none when absent. */
  readonly agent: string | undefined;
  readonly unwanted: UnwantedOptions | undefined;
  readonly wheel: TimingWheel;
}

/** What ends a transaction or a call is taken however its other headers look: refused, the call would go on. */
const ENDINGS: ReadonlySet<string> = new Set(['ACK', 'BYE', 'CANCEL']);

interface Answer {
  readonly status: number;
  readonly reason?: string;
  readonly lines?: readonly string[];
}

/** Clients need not wait for longer: what they are refused for lasts for parts of a second. */
const TOO_MANY_CALLS: Answer = { status: 503, lines: ['Retry-After: 1'] };

/** The way of every message in: filter, parse, then the direct lane or the transactions. */
export class Receiver {
  readonly #deps: ReceiveDeps;
  readonly #gate: CallGate;
  preFilter: PreFilter | undefined;

  constructor(deps: ReceiveDeps) {
    this.#deps = deps;
    this.#gate = new CallGate({
      ports: deps.ports,
      wheel: deps.wheel,
      isKnown: (invite) => deps.transactions.has(invite),
      admit: (invite, flow) => this.#take(invite, flow),
      answer: (request, flow, status) => this.#answer(request, flow, status === 503 ? TOO_MANY_CALLS : { status }),
    });
  }

  set callPolicy(policy: CallPolicy) {
    this.#gate.policy = policy;
  }

  /** Sockets hold more than a turn can read, or no longer. */
  tellBehind(isBehind: boolean): void {
    this.#gate.isBehind = isBehind;
  }

  /** New calls that wait are forgotten. */
  close(): void {
    this.#gate.close();
  }

  /** True when all is done that the message was for: it has set nothing going. */
  receive(bytes: Buffer, flow: Flow, fault?: FrameFault): boolean {
    const text = bytes.toString('latin1');
    if (this.#gate.dropsUnread(text, flow)) return true;
    if (this.preFilter !== undefined && !this.#passes(this.preFilter, bytes, text, flow)) return true;
    if (fault === undefined && this.#isPlainRegister(bytes, text, flow)) return true;
    const message = this.#parse(bytes, text, flow, fault);
    if (message !== undefined && !this.#isHeld(message, flow)) this.#take(message, flow);
    return false;
  }

  #take(message: SipMessage, flow: Flow): void {
    if (message.isRequest && this.#isRefused(message, flow)) return;
    if (message.isRequest && this.#isDeclined(message, flow)) return;
    if (message.isRequest && this.#deps.directLane.take(message, flow)) return;
    this.#deps.transactions.receive(message, flow);
  }

  /** A new call that waits for others or has been refused, and what acknowledges or cancels that. */
  #isHeld(message: SipMessage, flow: Flow): boolean {
    if (!message.isRequest) return false;
    if (message.method === 'ACK') return !hasDialogTag(message) && this.#gate.absorbs(message, flow);
    if (message.method === 'CANCEL') return this.#gate.cancels(message, flow);
    return message.method === 'INVITE' && message.toTag === '' && this.#gate.holds(message, flow);
  }

  /** Whether the filter lets a message pass that another worker will read; what it refuses has been answered. */
  passes(bytes: Buffer, flow: Flow): boolean {
    return this.preFilter === undefined || this.#passes(this.preFilter, bytes, bytes.toString('latin1'), flow);
  }

  #isPlainRegister(bytes: Buffer, text: string, flow: Flow): boolean {
    const { registerLane, limits, unwanted } = this.#deps;
    // Who is unwanted is told by headers that the lane does not read.
    if (unwanted !== undefined || bytes.length > limits.maxMessageBytes) return false;
    return registerLane.take(bytes, text, flow);
  }

  /** Only requests are filtered: a response was asked for by us. */
  #passes(filter: PreFilter, bytes: Buffer, text: string, flow: Flow): boolean {
    const method = sniffMethod(bytes);
    if (method === '') return true;
    const verdict = filter(flow.remoteAddress, flow.transport, method, sniffUserAgent(text));
    if (verdict === 'pass') return true;
    this.#deps.ports.counters.count('dropped', 'pre_filter');
    if (verdict !== 'drop' && method !== 'ACK') this.#refuseUnread(bytes, flow, verdict);
    return false;
  }

  #refuseUnread(
    bytes: Buffer,
    flow: Flow,
    verdict: { readonly status: number; readonly retryAfterSec?: number },
  ): void {
    const lines = verdict.retryAfterSec === undefined ? [] : [`Retry-After: ${Math.ceil(verdict.retryAfterSec)}`];
    try {
      this.#answer(parseMessage(bytes, this.#deps.limits), flow, { status: verdict.status, lines });
    } catch {
      // Filtered and malformed: not worth an answer.
    }
  }

  /** The message; `undefined` when it was malformed and has been answered or dropped. */
  #parse(bytes: Buffer, text: string, flow: Flow, fault: FrameFault | undefined): SipMessage | undefined {
    try {
      const message = parseMessage(bytes, this.#deps.limits, text);
      if (fault === undefined) return message;
      this.#deps.ports.counters.count('parse_errors', fault);
      if (message.isRequest && message.method !== 'ACK') this.#answer(message, flow, refusalOfFault(fault));
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#deps.ports.counters.count('parse_errors', error.code);
      this.#answerMalformed(error, flow, fault);
    }
    return undefined;
  }

  /** Neither an app nor a direct handler sees a request of which a header that they may read is malformed. */
  #isRefused(request: SipMessage, flow: Flow): boolean {
    if (ENDINGS.has(request.method)) return false;
    const fault = validateKnownHeaders(request);
    if (fault === undefined) return false;
    this.#deps.ports.counters.count('parse_errors', fault.code);
    this.#answerMalformed(fault, flow, undefined);
    return true;
  }

  /** Spam and scans: 603, or no word at all. */
  #isDeclined(request: SipMessage, flow: Flow): boolean {
    const { unwanted, ports } = this.#deps;
    if (unwanted === undefined || !isUnwanted(request, unwanted)) return false;
    ports.counters.count('dropped', 'unwanted');
    if (unwanted.action === 'reject') this.#answer(request, flow, { status: 603 });
    return true;
  }

  #answerMalformed(error: SipParseError, flow: Flow, fault: FrameFault | undefined): void {
    if (error.status === 0 || error.partial === undefined) return;
    if (fault !== undefined) this.#answer(error.partial, flow, refusalOfFault(fault));
    else if (error.reason === '') this.#answer(error.partial, flow, { status: error.status });
    else this.#answer(error.partial, flow, { status: error.status, reason: error.reason });
  }

  #answer(request: SipMessage, flow: Flow, { status, reason, lines = [] }: Answer): void {
    const { agent, tagSeed } = this.#deps;
    const all = agent === undefined ? lines : [...lines, `Server: ${agent}`];
    const toTag = statelessTag(request, tagSeed);
    flow.send(Buffer.from(renderAnswer(request, flow, { status, reason, toTag, lines: all })));
  }
}

/** The ACK of a call that is up, which need not be looked for among all that were refused: those have a stateless tag. */
function hasDialogTag({ toTag }: SipMessage): boolean {
  return toTag !== '' && !mayBeStateless(toTag);
}

/** What a stream could not deliver: 513 for its size, 400 for the rest. */
function refusalOfFault(fault: FrameFault): Answer {
  return { status: fault === 'too_large' ? 513 : 400 };
}
