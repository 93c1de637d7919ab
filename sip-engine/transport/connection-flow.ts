import type { ConnectionState } from './connection-state.ts';
import { TransportFault, toTransportFault } from './errors.ts';
import type { FrameFault } from './stream-framer.ts';
import type { TransportContext } from './transport-context.ts';
import type { Flow, ListenPoint, PeerCertificate, TransportError, TransportErrorCode } from './types.ts';

/** Why a connection ended; the label of `connections_closed`. */
export type CloseReason =
  | 'peer'
  | 'error'
  | 'idle'
  | 'silent'
  | 'slow_sender'
  | 'stalled'
  | 'queue_full'
  | 'overload'
  | 'connect_failed'
  | 'connect_timeout'
  | 'ping_timeout'
  | 'protocol'
  | 'requested'
  | 'shutdown'
  | FrameFault;

/** The socket under a connection: a stream or a WebSocket. */
export interface Link {
  readonly localAddress: string;
  readonly localPort: number;
  /** Bytes handed over and not yet taken by the system. */
  readonly queuedBytes: number;
  write(bytes: Buffer, done: ((error?: Error | null) => void) | undefined): void;
  /** Delivers what is left of a half-received message, as `incomplete`. */
  abandonPartial(): void;
  pause(): void;
  resume(): void;
  /** Writes out what is queued, then closes. */
  end(): void;
  destroy(): void;
  /** Called by every sweep, for keep-alive pings; a reason closes the connection. */
  tick(nowMs: number): CloseReason | undefined;
}

type OnError = (error: TransportError) => void;

interface Waiting {
  readonly bytes: Buffer;
  readonly onError: OnError | undefined;
}

export interface ConnectionSpec {
  readonly id: string;
  readonly listenPoint: ListenPoint;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Name an outgoing TLS connection was checked against. */
  readonly serverName?: string | undefined;
}

/** One TCP, TLS, WS or WSS connection as a flow: connecting, then open, then closed for good. */
export class ConnectionFlow implements Flow {
  readonly id: string;
  readonly transport: Flow['transport'];
  readonly reliable = true;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly listenPoint: ListenPoint;
  readonly serverName: string | undefined;
  readonly state: ConnectionState;
  readonly #context: TransportContext;
  readonly #onClosed: (flow: ConnectionFlow) => void;
  #link: Link | undefined;
  #abort: (() => void) | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #closed = false;
  #isPaused = false;
  #peerCertificate: PeerCertificate | undefined;

  constructor(
    spec: ConnectionSpec,
    state: ConnectionState,
    context: TransportContext,
    onClosed: (flow: ConnectionFlow) => void,
  ) {
    this.id = spec.id;
    this.transport = spec.listenPoint.transport;
    this.listenPoint = spec.listenPoint;
    this.remoteAddress = spec.remoteAddress;
    this.remotePort = spec.remotePort;
    this.serverName = spec.serverName;
    this.state = state;
    this.#context = context;
    this.#onClosed = onClosed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** While connecting: the address the connection will most likely leave from. */
  get localAddress(): string {
    const { host } = this.listenPoint;
    return this.#link?.localAddress ?? this.#context.addresses.hostFor(host, this.remoteAddress);
  }

  get localPort(): number {
    return this.#link?.localPort ?? 0;
  }

  get peerCertificate(): PeerCertificate | undefined {
    return this.#peerCertificate;
  }

  /** Says how to give up an outgoing connection that does not stand yet. */
  connecting(abort: () => void): void {
    this.#abort = abort;
  }

  /** The connection stands: what was queued goes out. */
  open(link: Link, peerCertificate?: PeerCertificate): void {
    if (this.#closed) {
      link.destroy();
      return;
    }
    this.#link = link;
    this.#peerCertificate = peerCertificate;
    this.state.opened();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { bytes, onError } of waiting) this.#write(link, bytes, onError);
  }

  send(bytes: Buffer, onError?: OnError): void {
    if (this.#closed) {
      this.#fail(new TransportFault('closed', `${this.id} is closed`), onError);
      return;
    }
    const queued = this.#link?.queuedBytes ?? this.#waitingBytes;
    if (queued + bytes.length > this.#context.limits.maxWriteQueueBytes) {
      this.#fail(new TransportFault('queue_full', `${this.id} does not take ${queued} bytes`), onError);
      this.close('queue_full');
      return;
    }
    if (this.#link !== undefined) {
      this.#write(this.#link, bytes, onError);
      return;
    }
    this.#waiting.push({ bytes, onError });
    this.#waitingBytes += bytes.length;
  }

  hold(): void {
    this.state.hold();
  }

  release(): void {
    this.state.release();
  }

  pause(): void {
    this.#isPaused = true;
    this.#link?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.state.readOn();
    this.#link?.resume();
  }

  /** A whole message, or with a fault the headers of the last one: the answer still goes out, then it closes. */
  receive(bytes: Buffer, fault?: FrameFault): void {
    if (this.#closed) return;
    this.state.received();
    this.#context.deliver(bytes, this, fault);
  }

  /** RFC 5626 section 4.4.1: a double CRLF is answered by a single one. */
  answerPing(pong: Buffer): void {
    this.state.received();
    this.#context.count('keepalives_in', this.transport);
    if (!this.#closed && this.#link !== undefined && this.#link.queuedBytes === 0) this.#link.write(pong, undefined);
  }

  /** Applies the time limits; a peer whose bytes are not read cannot keep them. */
  sweep(nowMs: number): void {
    if (this.#isPaused) return;
    const reason = this.state.expired(nowMs, this.#link?.queuedBytes ?? 0) ?? this.#link?.tick(nowMs);
    if (reason === undefined || this.#closed) return;
    if (reason === 'connect_timeout') {
      this.fail(new TransportFault('timeout', `${this.id} not connected in time`), reason);
    } else if (reason === 'slow_sender') {
      this.#link?.abandonPartial();
      this.finish(reason);
    } else {
      this.close(reason);
    }
  }

  /** Closes for an error the waiting senders are told. */
  fail(fault: TransportFault, reason: CloseReason): void {
    this.#context.count('transport_errors', fault.code);
    this.#end(fault, reason, (link) => link.destroy());
  }

  /** Closes at once. */
  close(reason: CloseReason): void {
    this.#end(closedFault(this.id, reason), reason, (link) => link.destroy());
  }

  /** Closes after what is queued has been written. */
  finish(reason: CloseReason): void {
    this.#end(closedFault(this.id, reason), reason, (link) => link.end());
  }

  #end(fault: TransportFault, reason: CloseReason, act: (link: Link) => void): void {
    if (this.#closed) return;
    this.#closed = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (this.#link !== undefined) act(this.#link);
    else this.#abort?.();
    this.#onClosed(this);
    for (const { onError } of waiting) this.#fail(fault, onError);
    this.#context.flowClosed(this, reason);
  }

  #write(link: Link, bytes: Buffer, onError: OnError | undefined): void {
    this.state.sent();
    this.#context.sent(bytes, this);
    if (onError === undefined) {
      link.write(bytes, undefined);
      return;
    }
    link.write(bytes, (error) => {
      if (error !== undefined && error !== null) this.#fail(toTransportFault(error), onError);
    });
  }

  #fail(fault: TransportFault, onError: OnError | undefined): void {
    if (onError !== undefined) setImmediate(() => onError(fault));
  }
}

function closedFault(id: string, reason: CloseReason): TransportFault {
  const code: TransportErrorCode = reason === 'queue_full' ? 'queue_full' : 'closed';
  return new TransportFault(code, `${id} closed: ${reason}`);
}
