import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Stop } from '../ports.ts';
import { type AddressBook, formatEndpoint, isPort } from './address-book.ts';
import { createListenPoint } from './bound-point.ts';
import { TransportFault, toTransportFault } from './errors.ts';
import { isTokenByte } from './frame-scan.ts';
import type { TransportContext } from './transport-context.ts';
import type { Flow, ListenPoint, ListenSpec, TransportError } from './types.ts';
import { bindUdp, joinUdp } from './udp-bind.ts';
import { WatchedPeers } from './watched-peers.ts';

type OnError = (error: TransportError) => void;

interface Outgoing {
  readonly bytes: Buffer;
  readonly port: number;
  readonly address: string;
  readonly onError: OnError | undefined;
  /** A request of ours: its sender wants to hear of "port unreachable". */
  readonly watched: boolean;
}

/** What an IPv4 UDP datagram can carry at most. */
const MAX_PAYLOAD_BYTES = 65_507;
const OVERSIZE_WARNING_EVERY_MS = 60_000;
const SWEEP_MS = 10_000;
const ASKED_EVERY = 32;
const NUL = 0;
const LF = 10;
const CR = 13;

/** One bound UDP socket: every datagram in is a message, datagrams out leave together at the end of the turn. */
export class UdpSocket {
  readonly point: ListenPoint;
  /** What the ids of its flows begin with. */
  readonly flowPrefix: string;
  readonly #socket: Socket;
  readonly #context: TransportContext;
  readonly #watched: WatchedPeers | undefined;
  readonly #stopSweep: Stop;
  #outbox: Outgoing[] = [];
  #closed = false;
  #warnedMs = Number.NEGATIVE_INFINITY;

  constructor(socket: Socket, point: ListenPoint, context: TransportContext, shared: boolean) {
    this.#socket = socket;
    this.point = point;
    this.flowPrefix = `udp/${formatEndpoint(point.host, point.port)}/`;
    this.#context = context;
    const receive = (bytes: Buffer, peer: RemoteInfo): void => this.#receive(bytes, peer);
    socket.on('message', receive);
    this.#watched = shared ? new WatchedPeers(point.host, point.port, context, receive) : undefined;
    this.#stopSweep = context.clock.every(SWEEP_MS, () => this.#watched?.sweep(context.clock.nowMs()));
    socket.on('error', (error) => this.#context.count('transport_errors', toTransportFault(error).code));
  }

  /** @throws TransportFault when the address cannot be bound. */
  static async open(spec: ListenSpec, context: TransportContext): Promise<UdpSocket> {
    const { udpReceiveBufferBytes, watchUdpPeers, joinsUdpPorts } = context.limits;
    const { socket, shared } = joinsUdpPorts
      ? await joinUdp(spec.host, spec.port, udpReceiveBufferBytes)
      : await bindUdp(spec.host, spec.port, udpReceiveBufferBytes, watchUdpPeers);
    warnOfSmallBuffer(socket, udpReceiveBufferBytes, context);
    const point = createListenPoint(spec, spec.host, socket.address().port, context.addresses);
    return new UdpSocket(socket, point, context, shared);
  }

  /** The flow for what we send to that peer; flows of a UDP socket are values, nothing is kept of them. */
  flow(address: string, port: number): Flow {
    return new UdpFlow(this, address, port, this.#context.addresses, true);
  }

  /** The flow of what has come from that peer, by whichever socket of this port. */
  heard(address: string, port: number): Flow {
    return new UdpFlow(this, address, port, this.#context.addresses, false);
  }

  send(bytes: Buffer, address: string, port: number, watched: boolean, onError: OnError | undefined): void {
    if (this.#closed) {
      this.#refuse('closed', 'the socket is closed', onError);
      return;
    }
    if (!isPort(port)) {
      this.#refuse('unreachable', `no port ${port}`, onError);
      return;
    }
    if (bytes.length > MAX_PAYLOAD_BYTES) {
      this.#refuse('too_large', `${bytes.length} bytes do not fit a datagram`, onError);
      return;
    }
    if (bytes.length > this.#context.limits.mtuBytes) this.#warnOversize(bytes.length, address);
    if (this.#outbox.push({ bytes, port, address, onError, watched }) === 1) setImmediate(() => this.#flush());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#stopSweep();
    this.#watched?.close();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #flush(): void {
    const outbox = this.#outbox;
    this.#outbox = [];
    let isFull = false;
    for (let index = 0; index < outbox.length; index += 1) {
      const outgoing = outbox[index];
      if (outgoing === undefined) continue;
      // The system takes nearly all at once, so that now and then is often enough to ask how many wait.
      if (index % ASKED_EVERY === 0) isFull = this.#socket.getSendQueueSize() > this.#context.limits.udpQueueBytes;
      this.#sendNow(outgoing, isFull);
    }
  }

  #sendNow(outgoing: Outgoing, isFull: boolean): void {
    const { bytes, port, address, onError, watched } = outgoing;
    if (this.#closed) {
      this.#refuse('closed', 'the socket is closed', onError);
      return;
    }
    if (isFull) {
      this.#refuse('queue_full', 'the system takes no more datagrams', onError);
      return;
    }
    this.#context.sent(bytes, 'udp', () => this.flow(address, port));
    if (watched && onError !== undefined && this.#watched?.send(bytes, address, port, onError) === true) return;
    try {
      if (onError === undefined) this.#socket.send(bytes, port, address);
      else this.#socket.send(bytes, port, address, (error) => error !== null && this.#report(error, onError));
    } catch (error) {
      this.#report(error, onError);
    }
  }

  #receive(datagram: Buffer, peer: RemoteInfo): void {
    const first = datagram[0] ?? NUL;
    const bytes = first === CR || first === LF ? skipLineEnds(datagram) : datagram;
    if (bytes.length === 0 || first === NUL) {
      this.#context.count(isAllNul(bytes) ? 'keepalives_in' : 'dropped', 'udp');
      return;
    }
    if (!isTokenByte(bytes[0] ?? NUL)) {
      this.#context.count('dropped', 'udp_garbage');
      return;
    }
    this.#context.deliver(bytes, new UdpFlow(this, peer.address, peer.port, this.#context.addresses, false));
  }

  #refuse(code: TransportError['code'], text: string, onError: OnError | undefined): void {
    const fault = new TransportFault(code, text);
    this.#context.count('transport_errors', code);
    if (onError !== undefined) setImmediate(() => onError(fault));
  }

  #report(error: unknown, onError: OnError | undefined): void {
    const fault = toTransportFault(error);
    this.#context.count('transport_errors', fault.code);
    if (onError !== undefined) setImmediate(() => onError(fault));
  }

  /** Features P19: a large datagram is sent as it is, and said so; switching to TCP would lose the flow. */
  #warnOversize(size: number, address: string): void {
    this.#context.count('udp_oversize');
    const now = this.#context.clock.nowMs();
    if (now - this.#warnedMs < OVERSIZE_WARNING_EVERY_MS) return;
    this.#warnedMs = now;
    const { mtuBytes } = this.#context.limits;
    this.#context.logger.warn({ size, mtuBytes, address }, 'UDP message above the MTU, IP will fragment it');
  }
}

/** One pair of local socket and remote address. Its texts are built only when read. */
class UdpFlow implements Flow {
  readonly transport = 'udp';
  readonly reliable = false;
  readonly closed = false;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: UdpSocket;
  readonly #addresses: AddressBook;
  readonly #watched: boolean;

  constructor(socket: UdpSocket, address: string, port: number, addresses: AddressBook, watched: boolean) {
    this.#socket = socket;
    this.remoteAddress = address;
    this.remotePort = port;
    this.#addresses = addresses;
    this.#watched = watched;
  }

  get id(): string {
    return this.#socket.flowPrefix + formatEndpoint(this.remoteAddress, this.remotePort);
  }

  get localAddress(): string {
    return this.#addresses.hostFor(this.#socket.point.host, this.remoteAddress);
  }

  get localPort(): number {
    return this.#socket.point.port;
  }

  get listenPoint(): ListenPoint {
    return this.#socket.point;
  }

  send(bytes: Buffer, onError?: OnError): void {
    this.#socket.send(bytes, this.remoteAddress, this.remotePort, this.#watched, onError);
  }

  hold(): void {}

  release(): void {}
}

/** Whatever arrives while the thread is busy waits in this buffer, or is lost: 200 kB hold some 150 messages. */
function warnOfSmallBuffer(socket: Socket, wantedBytes: number, { logger }: TransportContext): void {
  const gotBytes = socket.getRecvBufferSize();
  if (gotBytes >= wantedBytes) return;
  const hint = `sysctl -w net.core.rmem_max=${wantedBytes}; deploy/sysctl.conf keeps it`;
  logger.warn(
    { wantedBytes, gotBytes, hint },
    'the system limits the UDP receive buffer: bursts of messages will be lost',
  );
}

function skipLineEnds(datagram: Buffer): Buffer {
  let at = 0;
  while (datagram[at] === CR || datagram[at] === LF) at++;
  return datagram.subarray(at);
}

function isAllNul(bytes: Buffer): boolean {
  return bytes.length <= 4 && bytes.every((byte) => byte === NUL);
}
