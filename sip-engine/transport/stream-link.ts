import type { Socket } from 'node:net';
import { normalizeAddress } from './address-book.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { CloseReason, ConnectionFlow, Link } from './connection-flow.ts';
import { toTransportFault } from './errors.ts';
import { type FrameFault, StreamFramer } from './stream-framer.ts';
import type { TransportContext } from './transport-context.ts';
import type { PeerCertificate } from './types.ts';

const PONG = Buffer.from('\r\n');
/** How long a closing connection may take to write its last answer. */
const LINGER_MS = 2_000;

/** A TCP or TLS socket under a connection flow: bytes in are framed, writes of one turn leave together. */
export class StreamLink implements Link {
  readonly localAddress: string;
  readonly localPort: number;
  readonly #socket: Socket;
  readonly #framer: StreamFramer;
  readonly #partials: ByteBudget;
  #accounted = 0;
  #corked = false;

  constructor(socket: Socket, flow: ConnectionFlow, context: TransportContext) {
    this.#socket = socket;
    this.#partials = context.partials;
    this.localAddress = normalizeAddress(socket.localAddress ?? '');
    this.localPort = socket.localPort ?? 0;
    this.#framer = new StreamFramer(context.limits, {
      onFrame: (bytes, fault) => flow.receive(bytes, fault),
      onPing: () => flow.answerPing(PONG),
    });
  }

  /** Puts an established socket under `flow` and opens it. */
  static attach(
    socket: Socket,
    flow: ConnectionFlow,
    context: TransportContext,
    peerCertificate?: PeerCertificate,
  ): void {
    const link = new StreamLink(socket, flow, context);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, context.limits.tcpKeepAliveMs);
    socket.on('data', (chunk: Buffer) => link.#read(chunk, flow, context));
    socket.on('end', () => flow.finish('peer'));
    socket.on('error', (error) => flow.fail(toTransportFault(error), 'error'));
    socket.on('close', () => {
      link.#account(0);
      flow.close('peer');
    });
    flow.open(link, peerCertificate);
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer, done: ((error?: Error | null) => void) | undefined): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => this.#uncork());
    }
    this.#socket.write(bytes, done);
  }

  abandonPartial(): void {
    this.#framer.abandon();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#framer.stop();
    this.#uncork();
    this.#socket.end();
    // What still comes is read and ignored, so that it does not turn our last answer into a reset; not for long.
    this.#socket.resume();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once('close', () => clearTimeout(linger));
  }

  destroy(): void {
    this.#framer.stop();
    this.#socket.destroy();
  }

  tick(): CloseReason | undefined {
    return undefined;
  }

  #read(chunk: Buffer, flow: ConnectionFlow, context: TransportContext): void {
    if (this.#framer.stopped) return;
    const fault: FrameFault | undefined = this.#framer.push(chunk);
    flow.state.partial(this.#framer.partial);
    if (fault !== undefined) {
      context.count('framing_errors', fault);
      flow.finish(fault);
    } else if (!this.#account(this.#framer.heldCapacity)) {
      context.count('framing_errors', 'overload');
      flow.finish('overload');
    }
  }

  /** Half-received messages of all connections share one budget; false when this one goes beyond it. */
  #account(heldBytes: number): boolean {
    if (heldBytes === this.#accounted) return true;
    const fits = this.#partials.change(heldBytes - this.#accounted);
    this.#accounted = heldBytes;
    return fits || heldBytes === 0;
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  }
}
