import type { DirectLane } from './engine-direct-lane.ts';
import { type PlainRegister, RegisterMessage, readPlainRegister, statusLine, TextWriter } from './message/index.ts';
import type { EngineLogger } from './ports.ts';
import { statelessTag } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';
import type { Challenger } from './types.ts';

interface RegisterLaneDeps {
  readonly directLane: DirectLane;
  readonly logger: EngineLogger;
  readonly tagSeed: number;
}

/**
 * The short way of a REGISTER that is written as nearly everybody writes it: without the parser and its checks to the
 * handler of the direct lane, and without credentials not even there, since its 401 changes nothing but counters.
 * Answers are byte for byte those of the long way, which all other messages go.
 */
export class RegisterLane {
  readonly #deps: RegisterLaneDeps;
  readonly #writer = new TextWriter();
  challenger: Challenger | undefined = undefined;

  constructor(deps: RegisterLaneDeps) {
    this.#deps = deps;
  }

  /** False, and nothing done, when the message is to be read in full; `text` has one character a byte. */
  take(bytes: Buffer, text: string, flow: Flow): boolean {
    const { directLane } = this.#deps;
    if (!directLane.has('REGISTER')) return false;
    const request = readPlainRegister(text);
    if (request === undefined) return false;
    const challenge = this.#challenge(request, flow);
    if (challenge !== undefined) {
      this.#send(flow, UNAUTHORIZED + this.#head(request, flow) + challenge);
      return true;
    }
    const answer = directLane.ask(new RegisterMessage(bytes, text, request), flow);
    if (answer === undefined) return true;
    let whole = statusLine(answer.status, answer.reason) + this.#head(request, flow);
    for (const line of answer.lines) whole += `${line}\r\n`;
    this.#send(flow, whole);
    return true;
  }

  #challenge({ authorization, host, callId }: PlainRegister, flow: Flow): string | undefined {
    if (authorization !== undefined || this.challenger === undefined) return undefined;
    try {
      return this.challenger(host, flow.remoteAddress);
    } catch (error) {
      this.#deps.logger.error({ err: error, callId, method: 'REGISTER' }, 'a challenger threw');
      return undefined;
    }
  }

  /** RFC 3261 8.2.6, with `rport` and `received` (RFC 3581 4), which every plain REGISTER asks for. */
  #head(request: PlainRegister, flow: Flow): string {
    const { viaHead, viaRest, upToTag, behindTag } = request;
    const toTag = statelessTag(request, this.#deps.tagSeed);
    const via = `Via: ${viaHead}=${flow.remotePort}${viaRest};received=${flow.remoteAddress}\r\n`;
    return `${via}${upToTag};tag=${toTag}${behindTag}`;
  }

  #send(flow: Flow, text: string): void {
    flow.send(this.#writer.write(`${text}Content-Length: 0\r\n\r\n`));
  }
}

const UNAUTHORIZED = statusLine(401, undefined);
