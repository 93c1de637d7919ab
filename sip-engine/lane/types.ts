import type { TransportName } from '../message/index.ts';

/**
 * Calls without a control protocol in between: what drachtio-srf offers of them, served by the dialog layer in the
 * same process. An application that is written for both takes either.
 */
export type LaneHeaders = Readonly<Record<string, string>>;

export interface LaneMessage {
  readonly body: string;
  /** The lines of that name, joined by commas; `undefined` when there is none. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  /** The lines as they came, one string each. */
  headerLines(name: string): readonly string[];
}

export interface LaneRequest extends LaneMessage {
  readonly method: string;
  readonly uri: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: TransportName;
  readonly receivedOn: string;
  /** The flow it came over. */
  readonly sessionToken: string;
  /** `cancel`: the caller gave up, or the INVITE was given up here. `update`: UPDATE before the answer. */
  on(event: 'cancel' | 'update', listener: (message: LaneRequest, res: LaneResponse) => void): unknown;
}

export interface LaneAnswerOptions {
  readonly headers?: LaneHeaders;
  readonly body?: string;
}

export interface LaneResponse {
  readonly finalResponseSent: boolean;
  send(
    status: number,
    reason?: string,
    options?: LaneAnswerOptions,
    callback?: ((error: unknown) => void) | null,
    onPrack?: (prack: LaneMessage) => void,
  ): void;
}

export interface LaneReceivedResponse extends LaneMessage {
  readonly status: number;
  readonly reason: string;
  /** Empty when the engine made it. */
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: TransportName;
}

export interface LaneSentRequest extends LaneMessage {
  readonly method: string;
  cancel(options: { readonly headers?: LaneHeaders }, callback?: (error: unknown) => void): void;
}

export interface LaneUacOptions {
  readonly uri: string;
  /** Next hop; `;flow=` and `;silence=` as in route URIs of the control protocol. */
  readonly proxy?: string;
  readonly headers: LaneHeaders;
  /** An INVITE without one carries no offer. */
  readonly localSdp?: string;
  /** Without an offer: the caller of `createUAC` sends the ACK, with the answer. */
  readonly noAck?: boolean;
}

export interface LaneUacProgress {
  readonly cbRequest: (error: unknown, sent?: LaneSentRequest) => void;
  readonly cbProvisional: (response: LaneReceivedResponse) => void;
}

export type LaneAck = (options: { readonly body?: string }) => void;

export interface LaneRequestOptions {
  readonly method: string;
  readonly headers?: LaneHeaders;
  readonly body?: string;
  readonly noAck?: boolean;
}

export type LaneEvent = 'modify' | 'info' | 'notify' | 'refer' | 'message' | 'update';

export interface LaneDialog {
  readonly id: string;
  /** False once a BYE was sent or has come. */
  readonly connected: boolean;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  /** Of a UAC's dialog, the 2xx that made it. */
  readonly res: LaneReceivedResponse;
  queueRequests: boolean;
  on(event: LaneEvent, listener: (req: LaneRequest, res: LaneResponse) => void): unknown;
  on(event: 'destroy', listener: (bye: LaneMessage, reason: string) => void): unknown;
  once(event: 'ack', listener: (ack: LaneMessage) => void): unknown;
  destroy(options?: { readonly headers?: LaneHeaders }, callback?: (error: unknown) => void): unknown;
  request(
    options: LaneRequestOptions,
    callback: (error: unknown, response?: LaneReceivedResponse, ack?: LaneAck) => void,
  ): unknown;
}

export interface LaneUnackedDialog {
  readonly sdp: string;
  readonly res: LaneReceivedResponse;
  ack(sdp: string): Promise<LaneDialog>;
  destroy(): Promise<void>;
}

/** Both ends of calls. */
export interface CallLane {
  /** INVITE out; the dialog once it is answered. Rejects with the status and the response, or without when it could not be sent. */
  createUAC(options: LaneUacOptions, progress: LaneUacProgress): Promise<LaneDialog | LaneUnackedDialog>;
  /** Answers an INVITE with 200. Rejects when it is over already. */
  createUAS(
    req: LaneRequest,
    res: LaneResponse,
    options: { readonly localSdp: string; readonly headers: LaneHeaders },
  ): Promise<LaneDialog>;
}

export type LaneInviteHandler = (req: LaneRequest, res: LaneResponse) => void;
