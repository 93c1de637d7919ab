import type { DirectLane } from './engine-direct-lane.ts';
import { PieceWriter, type PlainRegister, RegisterMessage, readPlainRegister, statusLine } from './message/index.ts';
import type { EngineLogger } from './ports.ts';
import { STATELESS, statelessTagNumber } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';
import type { Challenger, DirectAnswer } from './types.ts';

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
  readonly #writer = new PieceWriter();
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
    if (challenge !== undefined) this.#sendChallenge(bytes, request, flow, challenge);
    else this.#sendAnswer(bytes, request, flow, directLane.ask(new RegisterMessage(bytes, text, request), flow));
    return true;
  }

  #challenge({ authorization, host, callId }: PlainRegister, flow: Flow): Uint8Array | undefined {
    if (authorization !== undefined || this.challenger === undefined) return undefined;
    try {
      return this.challenger(host, flow.remoteAddress);
    } catch (error) {
      this.#deps.logger.error({ err: error, callId, method: 'REGISTER' }, 'a challenger threw');
      return undefined;
    }
  }

  #sendChallenge(bytes: Buffer, request: PlainRegister, flow: Flow, challenge: Uint8Array): void {
    const writer = this.#writer;
    writer.begin(bytes.length + OWN_BYTES + challenge.length);
    writer.bytes(UNAUTHORIZED);
    this.#repeat(bytes, request, flow);
    writer.bytes(challenge);
    writer.bytes(END);
    flow.send(writer.end());
  }

  #sendAnswer(bytes: Buffer, request: PlainRegister, flow: Flow, answer: DirectAnswer | undefined): void {
    if (answer === undefined) return;
    const status = statusLine(answer.status, answer.reason);
    let most = bytes.length + OWN_BYTES + status.length * WIDEST;
    for (const line of answer.lines) most += line.length * WIDEST + LINE_END_BYTES;
    const writer = this.#writer;
    writer.begin(most);
    writer.text(status);
    this.#repeat(bytes, request, flow);
    for (const line of answer.lines) writer.line(line);
    writer.bytes(END);
    flow.send(writer.end());
  }

  /** RFC 3261 8.2.6, with `rport` and `received` (RFC 3581 4), which every plain REGISTER asks for. */
  #repeat(bytes: Buffer, request: PlainRegister, flow: Flow): void {
    const writer = this.#writer;
    writer.part(bytes, request.viaAt, request.rportAt);
    writer.bytes(EQUALS);
    writer.decimal(flow.remotePort);
    writer.part(bytes, request.rportAt, request.viaEnd);
    writer.bytes(RECEIVED);
    writer.text(flow.remoteAddress);
    // With the CR LF of the line before.
    writer.part(bytes, request.headAt - LINE_END_BYTES, request.toTagAt);
    writer.bytes(TAG);
    writer.hex(statelessTagNumber(request, this.#deps.tagSeed));
    writer.part(bytes, request.toTagAt, request.headEnd);
  }
}

/** UTF-8 of one UTF-16 code unit at most. */
const WIDEST = 3;
/** More than what stands in an answer and neither in its request nor among its lines. */
const OWN_BYTES = 256;
const LINE_END_BYTES = 2;
const UNAUTHORIZED = Buffer.from(statusLine(401, undefined));
const EQUALS = Buffer.from('=');
const RECEIVED = Buffer.from(';received=');
const TAG = Buffer.from(`;tag=${STATELESS}`);
const END = Buffer.from('Content-Length: 0\r\n\r\n');
