import type { InboundRequest } from '../auth/index.ts';

/** The part of the engine's `DirectRequest` that is read. */
export interface DirectRequestShape {
  readonly message: {
    readonly callId: string;
    readonly cseq: number;
    readonly topVia: { readonly branch: string };
    header(name: string): string | undefined;
    headerLines(name: string): readonly string[];
  };
  readonly method: string;
  readonly uri: string;
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

/** The engine's request in the one shape that all rules read; nothing is copied but references. */
export function inboundOfDirect(request: DirectRequestShape): InboundRequest {
  const { message } = request;
  return {
    method: request.method,
    uri: request.uri,
    transport: request.transport,
    sourceAddress: request.sourceAddress,
    sourcePort: request.sourcePort,
    localAddress: request.localAddress,
    localPort: request.localPort,
    flowId: request.flowId,
    callId: message.callId,
    cseq: message.cseq,
    branch: message.topVia.branch,
    header: (name) => message.header(name),
    headerLines: (name) => message.headerLines(name),
  };
}
