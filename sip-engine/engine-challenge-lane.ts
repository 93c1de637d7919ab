import { type BareRegister, readBareRegister, statusLine, TextWriter } from './message/index.ts';
import type { EngineLogger } from './ports.ts';
import { statelessTag } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';
import type { Challenger } from './types.ts';

/**
 * The 401 to a REGISTER without credentials, half of what PBXes send: without parsed message, views and steps, byte
 * for byte what the direct lane would have answered. It changes nothing but counters, so that little is to be read;
 * whatever is not written as nearly everybody writes it goes the long way.
 */
export class ChallengeLane {
  readonly #logger: EngineLogger;
  readonly #tagSeed: number;
  readonly #writer = new TextWriter();
  challenger: Challenger | undefined = undefined;

  constructor(logger: EngineLogger, tagSeed: number) {
    this.#logger = logger;
    this.#tagSeed = tagSeed;
  }

  /** False, and nothing done, when the message is to be read in full; `text` has one character a byte. */
  take(text: string, flow: Flow): boolean {
    if (this.challenger === undefined) return false;
    const request = readBareRegister(text);
    if (request === undefined) return false;
    const lines = this.#ask(this.challenger, request, flow);
    if (lines === undefined) return false;
    flow.send(this.#writer.write(this.#render(request, flow, lines)));
    return true;
  }

  #ask(challenger: Challenger, { host, callId }: BareRegister, flow: Flow): string | undefined {
    try {
      return challenger(host, flow.remoteAddress);
    } catch (error) {
      this.#logger.error({ err: error, callId, method: 'REGISTER' }, 'a challenger threw');
      return undefined;
    }
  }

  /** RFC 3261 8.2.6, with `rport` and `received` (RFC 3581 4) where the sender asked for them. */
  #render(request: BareRegister, flow: Flow, lines: string): string {
    const { viaHead, viaRest, upToTag, behindTag } = request;
    const toTag = statelessTag(request, this.#tagSeed);
    return (
      `${STATUS_LINE}Via: ${viaHead}=${flow.remotePort}${viaRest};received=${flow.remoteAddress}\r\n` +
      `${upToTag};tag=${toTag}${behindTag}${lines}Content-Length: 0\r\n\r\n`
    );
  }
}

const STATUS_LINE = statusLine(401, undefined);
