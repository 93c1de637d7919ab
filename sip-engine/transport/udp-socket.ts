import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Stop } from '../ports.ts';
import { formatEndpoint } from './address-book.ts';
import { createListenPoint } from './bound-point.ts';
import { toTransportFault } from './errors.ts';
import { isTokenByte } from './frame-scan.ts';
import { loadLibc } from './libc.ts';
import type { ManyDatagrams } from './many-datagrams.ts';
import type { TransportContext } from './transport-context.ts';
import type { Flow, ListenPoint, ListenSpec } from './types.ts';
import { type BoundSocket, bindUdp, joinUdp } from './udp-bind.ts';
import { UdpDrain } from './udp-drain.ts';
import { type OnError, UdpOutbox, type Watch } from './udp-outbox.ts';
import { WatchedPeers } from './watched-peers.ts';

const SWEEP_MS = 10_000;
/** So long the system is not asked again to cut for an address that it could not cut for; it remembers small MTUs as long. */
const CUT_AGAIN_MS = 600_000;
const NUL = 0;
const LF = 10;
const CR = 13;

/** One bound UDP socket: every datagram in is a message, datagrams out leave together at the end of the turn. */
export class UdpSocket {
  readonly point: ListenPoint;
  /** What the ids of its flows begin with. */
  readonly flowPrefix: string;
  readonly #socket: Socket;
  readonly #datagrams: ManyDatagrams | undefined;
  readonly #context: TransportContext;
  readonly #outbox: UdpOutbox;
  readonly #watched: WatchedPeers | undefined;
  readonly #stopSweep: Stop;
  readonly #stopCutAgain: Stop;
  #closed = false;

  constructor({ socket, shared, datagrams, raw }: BoundSocket, point: ListenPoint, context: TransportContext) {
    this.#socket = socket;
    this.#datagrams = datagrams;
    this.point = point;
    this.flowPrefix = `udp/${formatEndpoint(point.host, point.port)}/`;
    this.#context = context;
    const receive = (bytes: Buffer, address: string, port: number): boolean => this.#receive(bytes, address, port);
    const drain =
      datagrams &&
      new UdpDrain(datagrams, context.clock, {
        deliver: receive,
        leave: () => this.#outbox.flush(),
        behind: (isBehind) => context.tellBehind(isBehind),
      });
    socket.on('message', (bytes, { address, port }) => {
      if (drain?.keep(bytes, address, port) === true) return;
      receive(bytes, address, port);
      drain?.start();
    });
    this.#watched = shared ? new WatchedPeers(point.host, point.port, context, receive, raw) : undefined;
    const flowTo = (address: string, port: number): Flow => this.flow(address, port);
    this.#outbox = new UdpOutbox({ socket, datagrams, watched: this.#watched, flowTo }, context);
    this.#stopSweep = context.clock.every(SWEEP_MS, () => this.#watched?.sweep(context.clock.nowMs()));
    this.#stopCutAgain = context.clock.every(CUT_AGAIN_MS, () => datagrams?.cutAgain());
    socket.on('error', (error) => this.#context.count('transport_errors', toTransportFault(error).code));
  }

  /** @throws TransportFault when the address cannot be bound. */
  static async open(spec: ListenSpec, context: TransportContext): Promise<UdpSocket> {
    const {
      udpReceiveBufferBytes: bufferBytes,
      watchUdpPeers: share,
      batchUdp,
      segmentUdp,
      sharedUdpPorts,
    } = context.limits;
    const { host, port } = spec;
    const libc = batchUdp ? await loadLibc() : undefined;
    const binding = { host, port, bufferBytes, share, libc, segments: segmentUdp };
    const bound = await (sharedUdpPorts.joins ? joinUdp(binding, sharedUdpPorts.threads) : bindUdp(binding));
    const { socket, steering } = bound;
    warnOfSmallBuffer(socket, bufferBytes, context);
    const point = createListenPoint(spec, spec.host, socket.address().port, context.addresses);
    const address = formatEndpoint(point.host, point.port);
    // Where many could not be had all works, but dearer, and nothing else would tell.
    const manyACall = bound.datagrams !== undefined;
    const uncut = bound.datagrams?.segments === false && { segments: false };
    context.logger.info({ address, manyACall, ...uncut, ...(steering && { steering }) }, 'UDP socket open');
    return new UdpSocket(bound, point, context);
  }

  /** The flow for what we send to that peer; flows of a UDP socket are values, nothing is kept of them. */
  flow(address: string, port: number): Flow {
    return new UdpFlow(this, address, port, true);
  }

  /** The flow of what has come from that peer, by whichever socket of this port. */
  heard(address: string, port: number): Flow {
    this.#watched?.hear(address, port);
    return new UdpFlow(this, address, port, false);
  }

  /** The address that the peer knows this socket by. */
  hostFor(remote: string): string {
    return this.#context.addresses.hostFor(this.point.host, remote);
  }

  send(bytes: Buffer, address: string, port: number, watch: Watch, onError: OnError | undefined): void {
    this.#outbox.send(bytes, address, port, watch, onError);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#outbox.close();
    this.#stopSweep();
    this.#stopCutAgain();
    this.#watched?.close();
    // Before the descriptor is closed, and may be another file's.
    this.#datagrams?.end();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  /** True when the datagram has set nothing going. */
  #receive(datagram: Buffer, address: string, port: number): boolean {
    this.#watched?.hear(address, port);
    const first = datagram[0] ?? NUL;
    const bytes = first === CR || first === LF ? skipLineEnds(datagram) : datagram;
    if (bytes.length === 0 || first === NUL) {
      this.#context.count(isAllNul(bytes) ? 'keepalives_in' : 'dropped', 'udp');
      return true;
    }
    if (!isTokenByte(bytes[0] ?? NUL)) {
      this.#context.count('dropped', 'udp_garbage');
      return true;
    }
    return this.#context.deliver(bytes, new UdpFlow(this, address, port, false));
  }
}

/**
 * One pair of local socket and remote address. Its texts are built only when read, and what all have in common is not
 * in each: a call makes a dozen, of which some live as long as it does.
 */
class UdpFlow implements Flow {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: UdpSocket;
  readonly #watched: boolean;

  constructor(socket: UdpSocket, address: string, port: number, watched: boolean) {
    this.#socket = socket;
    this.remoteAddress = address;
    this.remotePort = port;
    this.#watched = watched;
  }

  get transport(): 'udp' {
    return 'udp';
  }

  get reliable(): boolean {
    return false;
  }

  get closed(): boolean {
    return false;
  }

  get id(): string {
    return this.#socket.flowPrefix + formatEndpoint(this.remoteAddress, this.remotePort);
  }

  get localAddress(): string {
    return this.#socket.hostFor(this.remoteAddress);
  }

  get localPort(): number {
    return this.#socket.point.port;
  }

  get listenPoint(): ListenPoint {
    return this.#socket.point;
  }

  send(bytes: Buffer, onError?: OnError, isRepeated = false): void {
    const watch = !this.#watched ? 'no' : isRepeated ? 'yes' : 'unless_heard';
    this.#socket.send(bytes, this.remoteAddress, this.remotePort, watch, onError);
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
