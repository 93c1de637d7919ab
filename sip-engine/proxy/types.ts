import type { SipMessage } from '../message/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { TimingWheel } from '../timer/index.ts';
import type { ServerTransaction, TimerValues, TransactionLayer } from '../transaction/types.ts';
import type { Flow, Target, TransportLayer } from '../transport/index.ts';

/** What the proxy is built from. */
export interface ProxyDeps {
  readonly transactions: TransactionLayer;
  readonly transport: Pick<TransportLayer, 'flowTo' | 'listenPointOf'>;
  /** Where a URI leads (RFC 3263), best first; `done` is called once, at once for literal addresses. */
  readonly resolve: (uri: string, done: (result: readonly Target[] | Error) => void) => void;
  readonly wheel: Pick<TimingWheel, 'after'>;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  /** True for a URI that names one of our own addresses. */
  isOwnUri(uri: string): boolean;
  /** A connection that beats resolution: named in the URI, or the one the target registered on. */
  flowFor?(method: string, uri: string): Flow | undefined;
  /** New requests are sent there, whatever their target. */
  readonly outboundProxy?: string;
  /** Told of calls that are proxied; absent when nobody wants to know. */
  readonly record?: ProxyRecorder;
}

/** One step of a proxied call, for call detail records. */
export interface ProxyRecord {
  readonly kind: 'attempt' | 'start' | 'stop';
  readonly source: 'network' | 'application';
  /** Role for `start`, reason for `stop`. */
  readonly detail: string;
  readonly text: Buffer;
}

export type ProxyRecorder = (record: ProxyRecord) => void;

/** How to proxy one request; a control protocol's `proxy` command has this shape. */
export interface ProxyRequest {
  /** Stay on the path of the dialog (Record-Route), of a registration (Path). */
  readonly remainInDialog: boolean;
  readonly followRedirects: boolean;
  /** All targets at once, or one after another. */
  readonly simultaneous: boolean;
  /** A target that gave no response at all in that time is passed over, milliseconds; 0 = never. */
  readonly provisionalTimeoutMs: number;
  /** A target without a final response in that time is cancelled, milliseconds; 0 = never. */
  readonly finalTimeoutMs: number;
  /** URIs in order of preference. */
  readonly targets: readonly string[];
  /** Replace the request's own headers of that name if the name is a known one, else are added. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface ProxyListener {
  /** The first requests are on their way. */
  onSent?(): void;
  /** A final response of a target, before it is decided what the caller gets. */
  onFinal(response: SipMessage, flow: Flow): void;
  /** Exactly once, last. `sent` is false when no target could be reached at all (the caller got 500). */
  onDone(sent: boolean): void;
}

/** Why a request is not proxied; the caller has been answered. */
export interface ProxyRefusal {
  readonly status: 500 | 420 | 482 | 483;
  readonly reason: string;
}

/** The proxy of RFC 3261 section 16. It keeps no transaction or dialog of its own beyond what it forwards. */
export interface SipProxy {
  /**
   * Forwards a request that nobody has answered. From then on the transaction is the proxy's: it answers it.
   * The listener hears nothing when the request is refused.
   */
  start(transaction: ServerTransaction, request: ProxyRequest, listener: ProxyListener): ProxyRefusal | undefined;
  /** CANCEL of a request that is being proxied (RFC 3261 16.10): true when it was, and is being taken care of. */
  onCancel(transaction: ServerTransaction, cancel: SipMessage): boolean;
  /** A request inside a dialog whose first Route is a Record-Route of ours: true when it was, and is being forwarded. */
  onRequest(transaction: ServerTransaction): boolean;
  /** The same for an ACK. */
  onAck(ack: SipMessage, flow: Flow): boolean;
  /** A 2xx that outlived its transaction (RFC 6026 section 7.2): true when it was for a request we forwarded. */
  onStrayResponse(response: SipMessage): boolean;
  /** Requests being proxied now, for metrics and leak tests. */
  readonly size: number;
  /** Dialogs that were record-routed and have not seen their BYE. */
  readonly dialogs: number;
}
