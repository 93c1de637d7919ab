import type { FlowWay } from '../control/next-hop.ts';
import type { TransportName } from '../message/index.ts';

/*
 * Calls without a control protocol in between: what drachtio-srf offers of them, served by the dialog layer in the
 * same process. An application that is written for both takes either.
 */

/** Header lines by name; a value may go on as further lines of their own (`a\r\nName: b`). */
export type LaneHeaders = Readonly<Record<string, string>>;

/** A message as applications read it. */
export interface LaneMessage {
  readonly body: string;
  /** The lines of that name, joined by commas; `undefined` when there is none. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  /** The lines as they came, one string each. */
  headerLines(name: string): readonly string[];
}

/** A request of the network. */
export interface LaneRequest extends LaneMessage {
  readonly method: string;
  readonly uri: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: TransportName;
  /** `host:port` of our own socket. */
  readonly receivedOn: string;
  /** Id of the flow it came over. */
  readonly sessionToken: string;
  /** `cancel`: the caller gave up, or the INVITE was given up here. `update`: UPDATE before the answer. */
  on(event: 'cancel' | 'update', listener: (message: LaneRequest, res: LaneResponse) => void): unknown;
}

/** What goes with a status into an answer of ours. */
export interface LaneAnswerOptions {
  readonly headers?: LaneHeaders;
  readonly body?: string;
}

/** Our answer to one request: provisional ones (1xx), then one final. */
export interface LaneResponse {
  readonly finalResponseSent: boolean;
  /** `callback` hears whether it could be sent; `onPrack` of the PRACK to a reliable 1xx (RFC 3262). */
  send(
    status: number,
    reason?: string,
    options?: LaneAnswerOptions,
    callback?: ((error: unknown) => void) | null,
    onPrack?: (prack: LaneMessage) => void,
  ): void;
}

/** An answer to a request of ours. */
export interface LaneReceivedResponse extends LaneMessage {
  readonly status: number;
  readonly reason: string;
  /** Empty when the engine made it. */
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: TransportName;
}

/** An INVITE of ours that is under way. */
export interface LaneSentRequest extends LaneMessage {
  readonly method: string;
  cancel(options: { readonly headers?: LaneHeaders }, callback?: (error: unknown) => void): void;
}

/** A call to be placed. */
export interface LaneUacOptions {
  readonly uri: string;
  /** Next hop; `;flow=` and `;silence=` as in route URIs of the control protocol. */
  readonly proxy?: string;
  /** What `proxy` says where it names a flow: it is not read then. */
  readonly way?: FlowWay;
  /** The URI was written by somebody else: it leads no further than `mayReach` lets it. @default false */
  readonly guarded?: boolean;
  readonly headers: LaneHeaders;
  /** An INVITE without one carries no offer. */
  readonly localSdp?: string;
  /** Without an offer: the caller of `createUAC` sends the ACK, with the answer. */
  readonly noAck?: boolean;
}

/** What is told of a call before it is answered: that it went out, or why not, and every 1xx but 100. */
export interface LaneUacProgress {
  readonly cbRequest: (error: unknown, sent?: LaneSentRequest) => void;
  readonly cbProvisional: (response: LaneReceivedResponse) => void;
}

/** Sends the ACK of a 2xx, with an answer where the 2xx carried the offer (RFC 3261 13.2.2.4). */
export type LaneAck = (options: { readonly body?: string }) => void;

/** A request in a dialog. */
export interface LaneRequestOptions {
  readonly method: string;
  readonly headers?: LaneHeaders;
  readonly body?: string;
  readonly noAck?: boolean;
}

/** Requests of the peer in a dialog: INVITE is `modify`, the others have their method's name. */
export type LaneEvent = 'modify' | 'info' | 'notify' | 'refer' | 'message' | 'update';

export interface LaneEndOptions {
  readonly headers?: LaneHeaders;
  /** Headers for the BYE once more, when it was answered with 401 or 407; `undefined` to let it be. */
  readonly onChallenge?: (response: LaneReceivedResponse) => LaneHeaders | undefined;
}

/** One end of a call that is up (RFC 3261 section 12). */
export interface LaneDialog {
  readonly id: string;
  /** False once a BYE was sent or has come. */
  readonly connected: boolean;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  /** Of a UAC's dialog, the 2xx that made it. */
  readonly res: LaneReceivedResponse;
  /** While true, requests of the peer wait; then they are told in their order. */
  queueRequests: boolean;
  on(event: LaneEvent, listener: (req: LaneRequest, res: LaneResponse) => void): unknown;
  on(event: 'destroy', listener: (bye: LaneMessage, reason: string) => void): unknown;
  /** Requests that no listener of their event takes. */
  onRequest(listener: (event: LaneEvent, req: LaneRequest, res: LaneResponse) => void): unknown;
  once(event: 'ack', listener: (ack: LaneMessage) => void): unknown;
  destroy(options?: LaneEndOptions, callback?: (error: unknown) => void): unknown;
  /** Answers challenges of the session refreshes that the engine sends by itself. */
  proveRefreshes(prove: (response: LaneReceivedResponse, method: string) => LaneHeaders | undefined): void;
  request(
    options: LaneRequestOptions,
    callback: (error: unknown, response?: LaneReceivedResponse, ack?: LaneAck) => void,
  ): unknown;
}

/** A 2xx with the offer of the other side: the call is up once it is acknowledged with an answer. */
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
  createUAS(req: LaneRequest, res: LaneResponse, options: LaneUasOptions): Promise<LaneDialog>;
  /** The same; `done` runs before anything that the peer sends after the 200 is told. */
  createUAS(
    req: LaneRequest,
    res: LaneResponse,
    options: LaneUasOptions,
    done: (error: unknown, dialog?: LaneDialog) => void,
  ): void;
}

/** What a call is answered with. */
export interface LaneUasOptions {
  readonly localSdp: string;
  readonly headers: LaneHeaders;
}

/** Takes every INVITE outside dialogs. */
export type LaneInviteHandler = (req: LaneRequest, res: LaneResponse) => void;
