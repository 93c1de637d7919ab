import type { InboundRequest } from '../auth/index.ts';

/** The part of the engine's `DirectRequest` that is read. */
export interface DirectRequestShape {
  readonly message: {
    readonly callId: string;
    readonly cseq: number;
    header(name: string): string | undefined;
    headerLines(name: string): readonly string[];
  };
  readonly method: string;
  readonly uri: string;
  readonly branch: string;
  readonly transport: InboundRequest['transport'];
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly flowId: string;
}

/** The shape of the engine's `DirectAnswer`. */
export interface DirectAnswerShape {
  readonly status: number;
  readonly lines: readonly string[];
}

/** Turns a function over `InboundRequest` into a direct-lane handler of the embedded engine. */
export function bindDirect(
  handle: (request: InboundRequest) => DirectAnswerShape | undefined,
): (request: DirectRequestShape) => DirectAnswerShape | undefined {
  return (request) => {
    const answer = handle(inboundOfDirect(request));
    // An outcome's `reason` is a word of the catalogue; the engine's would be the phrase of the status line.
    return answer === undefined ? undefined : { status: answer.status, lines: answer.lines };
  };
}

/** The engine's request in the one shape that all rules read; each text is cut out of the message once, when read. */
export function inboundOfDirect(request: DirectRequestShape): InboundRequest {
  return new DirectInbound(request);
}

class DirectInbound implements InboundRequest {
  readonly method: string;
  readonly transport: InboundRequest['transport'];
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly cseq: number;
  readonly #request: DirectRequestShape;
  readonly #message: DirectRequestShape['message'];
  #uri: string | undefined = undefined;
  #callId: string | undefined = undefined;
  #flowId: string | undefined = undefined;

  constructor(request: DirectRequestShape) {
    const { message } = request;
    this.method = request.method;
    this.transport = request.transport;
    this.sourceAddress = request.sourceAddress;
    this.sourcePort = request.sourcePort;
    this.cseq = message.cseq;
    this.#request = request;
    this.#message = message;
  }

  get uri(): string {
    this.#uri ??= this.#request.uri;
    return this.#uri;
  }

  get callId(): string {
    this.#callId ??= this.#message.callId;
    return this.#callId;
  }

  get flowId(): string {
    this.#flowId ??= this.#request.flowId;
    return this.#flowId;
  }

  get localAddress(): string {
    return this.#request.localAddress;
  }

  get localPort(): number {
    return this.#request.localPort;
  }

  get branch(): string {
    return this.#request.branch;
  }

  header(name: string): string | undefined {
    return this.#message.header(name);
  }

  headerLines(name: string): readonly string[] {
    return this.#message.headerLines(name);
  }
}
