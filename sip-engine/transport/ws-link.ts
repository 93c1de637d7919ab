import { isUtf8 } from 'node:buffer';
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { normalizeAddress } from './address-book.ts';
import type { CloseReason, ConnectionFlow, Link } from './connection-flow.ts';
import { toTransportFault } from './errors.ts';
import type { TransportContext } from './transport-context.ts';
import type { PeerCertificate } from './types.ts';

const CR = 13;
const LF = 10;
const PONG = Buffer.from('\r\n');
const LINGER_MS = 2_000;
const NORMAL_CLOSURE = 1_000;
/** What `ws` calls a message above maxPayload. */
const TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/** A WebSocket under a connection flow: one frame is one SIP message (RFC 7118 section 5). */
export class WsLink implements Link {
  readonly localAddress: string;
  readonly localPort: number;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  readonly #limits: TransportContext['limits'];
  #pingedMs: number;
  #unanswered = 0;
  /** Bytes the socket had read when the last frame was whole. */
  #framedBytes = 0;
  #partialSinceMs = 0;

  constructor(webSocket: WebSocket, socket: Socket, context: TransportContext) {
    this.#webSocket = webSocket;
    this.localAddress = normalizeAddress(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.#socket = socket;
    this.#limits = context.limits;
    this.#pingedMs = context.clock.nowMs();
  }

  /** Puts an established WebSocket under `flow` and opens it. */
  static attach(
    webSocket: WebSocket,
    socket: Socket,
    flow: ConnectionFlow,
    context: TransportContext,
    peerCertificate: PeerCertificate | undefined,
  ): void {
    const link = new WsLink(webSocket, socket, context);
    webSocket.on('message', (data) => {
      link.#framed();
      link.#read(toBuffer(data), flow, context);
    });
    webSocket.on('ping', () => link.#framed());
    webSocket.on('pong', () => {
      link.#framed();
      link.#unanswered = 0;
    });
    link.#framed();
    webSocket.on('error', (error: Error & { code?: string }) => {
      if (error.code === TOO_LARGE) context.count('framing_errors', 'too_large');
      flow.fail(toTransportFault(error), error.code === TOO_LARGE ? 'too_large' : 'error');
    });
    webSocket.on('close', () => flow.close('peer'));
    flow.open(link, peerCertificate);
  }

  get queuedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  /** Text frames where the bytes allow it: browsers' SIP stacks expect text. */
  write(bytes: Buffer, done: ((error?: Error | null) => void) | undefined): void {
    this.#webSocket.send(bytes, { binary: !isUtf8(bytes) }, done);
  }

  abandonPartial(): void {}

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#partialSinceMs = 0;
    this.#unanswered = 0;
    this.#webSocket.resume();
  }

  end(): void {
    this.#webSocket.close(NORMAL_CLOSURE);
    const linger = setTimeout(() => this.#webSocket.terminate(), LINGER_MS);
    this.#webSocket.once('close', () => clearTimeout(linger));
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  tick(nowMs: number): CloseReason | undefined {
    if (this.#isPartialTooLong(nowMs)) return 'slow_sender';
    if (nowMs - this.#pingedMs < this.#limits.wsPingIntervalMs) return undefined;
    if (this.#unanswered >= 2) return 'ping_timeout';
    this.#pingedMs = nowMs;
    this.#unanswered++;
    this.#webSocket.ping();
    return undefined;
  }

  #framed(): void {
    this.#framedBytes = this.#socket.bytesRead;
    this.#partialSinceMs = 0;
  }

  /** `ws` does not tell of frames that have begun; bytes that came since the last whole one do. */
  #isPartialTooLong(nowMs: number): boolean {
    if (this.#socket.bytesRead === this.#framedBytes) return false;
    if (this.#partialSinceMs === 0) this.#partialSinceMs = nowMs;
    return nowMs - this.#partialSinceMs >= this.#limits.partialMessageTimeoutMs;
  }

  #read(frame: Buffer, flow: ConnectionFlow, context: TransportContext): void {
    let at = 0;
    while (frame[at] === CR || frame[at] === LF) at++;
    if (at < frame.length) flow.receive(at === 0 ? frame : frame.subarray(at));
    else if (frame.length >= 4) flow.answerPing(PONG);
    else context.count('keepalives_in', flow.transport);
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
