import type { Incoming } from '../dialog/index.ts';
import type { SipMessage, TransportName } from '../message/index.ts';
import type { CallLaneContext } from './context.ts';
import { MessageView } from './lane-message.ts';
import type { LaneAnswerOptions, LaneMessage, LaneRequest, LaneResponse } from './types.ts';

const NONE: readonly [] = Object.freeze([]);

type Listener = (message: LaneRequest, res: LaneResponse) => void;

/** A request of the network, with the two things that may happen to it before it is answered. */
export class RequestView extends MessageView implements LaneRequest {
  readonly incoming: Incoming;
  /** Waits for the PRACK of a provisional answer. */
  onPrack: ((prack: LaneMessage) => void) | undefined = undefined;
  #listeners: readonly { readonly event: string; readonly listener: Listener }[] = NONE;
  readonly #message: SipMessage;

  constructor(incoming: Incoming, message: SipMessage = incoming.message) {
    super(message);
    this.incoming = incoming;
    this.#message = message;
  }

  get method(): string {
    return this.#message.method;
  }

  get uri(): string {
    return this.#message.uri;
  }

  get source_address(): string {
    return this.incoming.flow.remoteAddress;
  }

  get source_port(): number {
    return this.incoming.flow.remotePort;
  }

  get protocol(): TransportName {
    return this.incoming.flow.transport;
  }

  get receivedOn(): string {
    return `${this.incoming.flow.localAddress}:${this.incoming.flow.localPort}`;
  }

  get sessionToken(): string {
    return this.incoming.flow.id;
  }

  on(event: 'cancel' | 'update', listener: Listener): this {
    this.#listeners = [...this.#listeners, { event, listener }];
    return this;
  }

  /** False when nobody listens. */
  tell(event: 'cancel' | 'update', message: LaneRequest, res: LaneResponse): boolean {
    const told = this.#listeners.filter((one) => one.event === event);
    for (const { listener } of told) listener(message, res);
    return told.length > 0;
  }
}

/** What the lane has shown of a request. */
export function viewOf(incoming: Incoming | undefined): RequestView | undefined {
  return incoming?.attached instanceof RequestView ? incoming.attached : undefined;
}

/** What stands behind a request that the lane has shown. */
export function incomingOf(request: LaneRequest): Incoming | undefined {
  return request instanceof RequestView ? request.incoming : undefined;
}

/** Our answer to one request of the network: provisional ones, then one final. */
export class ResponseWriter implements LaneResponse {
  readonly #ctx: CallLaneContext;
  readonly #incoming: Incoming;
  #isFinal = false;

  constructor(ctx: CallLaneContext, incoming: Incoming) {
    this.#ctx = ctx;
    this.#incoming = incoming;
  }

  get finalResponseSent(): boolean {
    return this.#isFinal;
  }

  send(
    status: number,
    reason?: string,
    options?: LaneAnswerOptions,
    callback?: ((error: unknown) => void) | null,
    onPrack?: (prack: LaneMessage) => void,
  ): void {
    if (this.#isFinal) {
      callback?.(new Error('a final response was sent already'));
      return;
    }
    const result = this.#ctx.respond(this.#incoming, status, reason ?? '', options?.headers, options?.body);
    this.#isFinal = status >= 200;
    if (!result.ok) callback?.(new Error(result.reason));
    else {
      const view = onPrack === undefined ? undefined : viewOf(this.#incoming);
      if (view !== undefined) view.onPrack = onPrack;
      callback?.(null);
    }
  }
}
