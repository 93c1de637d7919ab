import { joinedLines, type SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { LaneMessage, LaneReceivedResponse } from './types.ts';

/** What both received and sent messages offer. */
interface Readable {
  readonly body: Buffer;
  header(name: string): string | undefined;
  headerLines(name: string): readonly string[];
}

/** A message as applications read it; text is made when it is asked for. */
export class MessageView implements LaneMessage {
  readonly #message: Readable;
  #body: string | undefined;

  constructor(message: Readable) {
    this.#message = message;
  }

  get body(): string {
    this.#body ??= this.#message.body.length === 0 ? '' : this.#message.body.toString('utf8');
    return this.#body;
  }

  get(name: string): string | undefined {
    return joinedLines(this.#message, name);
  }

  has(name: string): boolean {
    return this.#message.header(name) !== undefined;
  }

  headerLines(name: string): readonly string[] {
    return this.#message.headerLines(name);
  }
}

/** A response and where it came from: nowhere when the engine made it. */
export class ResponseView extends MessageView implements LaneReceivedResponse {
  readonly message: SipMessage;
  readonly #flow: Flow | undefined;

  constructor(response: SipMessage, flow: Flow | undefined) {
    super(response);
    this.message = response;
    this.#flow = flow;
  }

  get status(): number {
    return this.message.status;
  }

  get reason(): string {
    return this.message.reason;
  }

  get source_address(): string {
    return this.#flow?.remoteAddress ?? '';
  }

  get source_port(): number {
    return this.#flow?.remotePort ?? 0;
  }

  get protocol(): Flow['transport'] {
    return this.#flow?.transport ?? 'udp';
  }
}
