/**
 * What routing needs of whatever speaks SIP for it, in the shape that drachtio-srf gives it: drachtio-srf itself on
 * drachtio-server, the direct calls of the embedded engine in the same process (docs/decisions/0006-direct-calls.md).
 */
export type SrfHeaders = Readonly<Record<string, string>>;

/** A message as srf parses it; repeated headers are joined by commas. */
export interface SrfMessage {
  readonly body: string;
  readonly raw?: string;
  /** Header lines as they came, where the engine still has them; srf has only the text. */
  headerLines?(name: string): readonly string[];
  get(name: string): string | undefined;
  has(name: string): boolean;
}

export interface SrfRequest extends SrfMessage {
  readonly method: string;
  readonly uri: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  /** `address:port` it came in on; new requests only. */
  readonly receivedOn?: string;
  /** On the embedded engine the flow it came over. */
  readonly sessionToken?: string;
  readonly socket?: unknown;
  on(event: 'cancel', listener: (cancel: SrfMessage) => void): unknown;
  on(event: 'update', listener: (update: SrfRequest, res: SrfResponse) => void): unknown;
}

/** A request that we sent. */
export interface SentRequest extends SrfMessage {
  readonly method: string;
  cancel(options: { readonly headers: SrfHeaders }, callback: (error: unknown) => void): void;
}

export interface SendOptions {
  readonly headers?: SrfHeaders;
  readonly body?: string;
}

/** Our answer to a request. */
export interface SrfResponse {
  readonly finalResponseSent: boolean;
  send(
    status: number,
    reason: string | undefined,
    options: SendOptions,
    callback?: ((error: unknown) => void) | null,
    onPrack?: (prack: SrfMessage) => void,
  ): void;
}

/** An answer that came in; `source_address` is empty when the engine made it itself. */
export interface ReceivedResponse extends SrfMessage {
  readonly status: number;
  readonly reason: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol?: string;
}

export interface DialogRequestOptions {
  readonly method: string;
  readonly headers: SrfHeaders;
  readonly body?: string;
  readonly noAck?: boolean;
}

export interface EndOptions {
  readonly headers: SrfHeaders;
  /** Headers for the BYE once more when it is challenged; drachtio-srf does not ask. */
  readonly onChallenge?: (response: ReceivedResponse) => SrfHeaders | undefined;
}

/** ACK of an offerless re-INVITE, given later with the answer in it. */
export type SendAck = (options: { readonly body?: string }) => void;

export type DialogEvent = 'modify' | 'info' | 'notify' | 'refer' | 'message' | 'update';

const DIALOG_EVENTS: readonly DialogEvent[] = ['modify', 'info', 'notify', 'refer', 'message', 'update'];

export type DialogListener = (event: DialogEvent, req: SrfRequest, res: SrfResponse) => void;

export interface SrfDialog {
  readonly id: string;
  readonly connected: boolean;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly res: ReceivedResponse;
  /** Requests of the peer wait until it is set to false. */
  queueRequests: boolean;
  on(event: DialogEvent, listener: (req: SrfRequest, res: SrfResponse) => void): unknown;
  on(event: 'destroy', listener: (bye: SrfMessage, reason: string) => void): unknown;
  /** The same listener for each of these events; drachtio-srf has none. */
  onRequest?(listener: DialogListener): unknown;
  once(event: 'ack', listener: (ack: SrfMessage) => void): unknown;
  destroy(options: EndOptions, callback: (error: unknown) => void): unknown;
  /** Answers challenges of refreshes that the engine sends by itself; drachtio-server has nobody to ask. */
  proveRefreshes?(prove: (response: ReceivedResponse, method: string) => SrfHeaders | undefined): void;
  /** Every response is reported, provisional ones too. */
  request(
    options: DialogRequestOptions,
    callback: (error: unknown, response?: ReceivedResponse, ack?: SendAck) => void,
  ): unknown;
}

/** The other side answered an INVITE without an offer: its offer, and the ACK that will carry the answer. */
export interface UnackedDialog {
  readonly sdp: string;
  readonly res: ReceivedResponse;
  ack(sdp: string): Promise<SrfDialog>;
  destroy(): Promise<void>;
}

export interface CreateUacOptions {
  readonly uri: string;
  readonly proxy?: string;
  /** What `proxy` says, for an engine in the same process, which need not read it again. */
  readonly way?: { readonly flowId: string; readonly silenceMs: number };
  readonly headers: SrfHeaders;
  readonly localSdp?: string;
  readonly noAck?: boolean;
  /** The URI is a tenant's: the embedded engine judges the addresses it leads to. */
  readonly guarded?: boolean;
  readonly _socket?: unknown;
}

export interface UacProgress {
  readonly cbRequest: (error: unknown, sent?: SentRequest) => void;
  readonly cbProvisional: (response: ReceivedResponse) => void;
}

/** A request outside of calls, and the answers to it. */
export interface SentOneShot {
  on(event: 'response', listener: (res: ReceivedResponse) => void): unknown;
}

/** What registrations at carriers, and messages, are sent through. */
export interface SrfRequests {
  request(
    uri: string,
    options: {
      readonly method: string;
      readonly proxy?: string;
      readonly headers: SrfHeaders;
      readonly body?: string;
    },
    callback: (error: unknown, sent?: SentOneShot) => void,
  ): unknown;
}

export interface SrfPort {
  createUAC(options: CreateUacOptions, progress: UacProgress): Promise<SrfDialog | UnackedDialog>;
  /**
   * `done` takes the dialog, or why there is none. It is no promise: drachtio-server may tell of the 200, its ACK and
   * a BYE in one segment, which srf works through in one turn, and who awaits would begin to listen after the BYE.
   */
  createUAS(
    req: SrfRequest,
    res: SrfResponse,
    options: { readonly localSdp: string; readonly headers: SrfHeaders },
    done: (error: unknown, dialog?: SrfDialog) => void,
  ): unknown;
}

/** Listens to every request inside a dialog, by one closure where the dialog can be told so. */
export function listenToDialog(dialog: SrfDialog, listener: DialogListener): void {
  if (dialog.onRequest !== undefined) {
    dialog.onRequest(listener);
    return;
  }
  for (const event of DIALOG_EVENTS) dialog.on(event, (req, res) => listener(event, req, res));
}

/**
 * Passes a response of one leg on to the other. srf throws on statuses it has no name for; they then go as the
 * `x00` of their class, which is what they mean to anybody who does not know them (RFC 3261 8.1.3.2).
 */
export function passResponse(
  res: SrfResponse,
  status: number,
  options: SendOptions,
  onPrack?: (prack: SrfMessage) => void,
): void {
  try {
    res.send(status, undefined, options, () => undefined, onPrack);
  } catch {
    res.send(classOf(status), undefined, options, () => undefined, onPrack);
  }
}

function classOf(status: number): number {
  if (status < 200) return 183;
  return status >= 600 ? 603 : Math.floor(status / 100) * 100;
}
