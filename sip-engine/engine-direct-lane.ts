import { renderAnswer } from './engine-stateless-answer.ts';
import { RegisterMessage, type SipMessage, TextWriter, type TransportName, topBranch } from './message/index.ts';
import type { EngineLogger } from './ports.ts';
import { statelessTag } from './transaction/index.ts';
import type { Flow, PeerCertificate } from './transport/index.ts';
import type { DirectAnswer, DirectHandler, DirectRequest } from './types.ts';

/** One request, one answer, in memory, without any state: the way of REGISTER and OPTIONS. */
export class DirectLane {
  readonly #handlers = new Map<string, DirectHandler>();
  readonly #logger: EngineLogger;
  readonly #tagSeed: number;
  readonly #writer = new TextWriter();

  constructor(logger: EngineLogger, tagSeed: number) {
    this.#logger = logger;
    this.#tagSeed = tagSeed;
  }

  set(method: string, handler: DirectHandler): void {
    this.#handlers.set(method, handler);
  }

  has(method: string): boolean {
    return this.#handlers.has(method);
  }

  /** False when the request belongs to the transaction layer: no handler, or inside a dialog. */
  take(message: SipMessage, flow: Flow): boolean {
    if (message.toTag !== '' || !this.#handlers.has(message.method)) return false;
    const answer = this.ask(message, flow);
    if (answer !== undefined) flow.send(this.#writer.write(this.#render(message, flow, answer)));
    return true;
  }

  /** What the handler of that method says, fit to be written; `undefined` when nothing is to be said. */
  ask(message: SipMessage, flow: Flow): DirectAnswer | undefined {
    try {
      const answer = this.#handlers.get(message.method)?.(new DirectView(message, flow));
      if (answer !== undefined) checkAnswer(answer);
      return answer;
    } catch (error) {
      const { callId, method } = message;
      this.#logger.error({ err: error, callId, method }, 'a direct-lane handler threw');
      return SERVER_ERROR;
    }
  }

  #render(message: SipMessage, flow: Flow, answer: DirectAnswer): string {
    const toTag = statelessTag(message, this.#tagSeed);
    return renderAnswer(message, flow, { status: answer.status, reason: answer.reason, lines: answer.lines, toTag });
  }
}

const SERVER_ERROR: DirectAnswer = { status: 500, lines: [] };

const BREAKS_OUT = /[\r\n\0]/;

/** A value taken over from a request must not become a header of its own. */
function checkAnswer(answer: DirectAnswer): void {
  const { status, reason, lines } = answer;
  if (!Number.isInteger(status) || status < 200 || status > 699) throw new RangeError(`no final status: ${status}`);
  if (reason !== undefined && BREAKS_OUT.test(reason)) throw new TypeError('control characters in the reason phrase');
  for (const line of lines) if (BREAKS_OUT.test(line)) throw new TypeError('control characters in a header line');
}

/** What the handler reads; everything is a view on the message and its flow. */
class DirectView implements DirectRequest {
  readonly message: SipMessage;
  readonly #flow: Flow;

  constructor(message: SipMessage, flow: Flow) {
    this.message = message;
    this.#flow = flow;
  }

  get method(): string {
    return this.message.method;
  }

  get uri(): string {
    return this.message.uri;
  }

  get branch(): string {
    return this.message instanceof RegisterMessage ? this.message.branch : topBranch(this.message);
  }

  get transport(): TransportName {
    return this.#flow.transport;
  }

  get sourceAddress(): string {
    return this.#flow.remoteAddress;
  }

  get sourcePort(): number {
    return this.#flow.remotePort;
  }

  get localAddress(): string {
    return this.#flow.localAddress;
  }

  get localPort(): number {
    return this.#flow.localPort;
  }

  get flowId(): string {
    return this.#flow.id;
  }

  get peerCertificate(): PeerCertificate | undefined {
    return this.#flow.peerCertificate;
  }
}
