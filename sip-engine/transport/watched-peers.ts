import type { Socket } from 'node:dgram';
import { formatEndpoint } from './address-book.ts';
import { toTransportFault } from './errors.ts';
import type { TransportContext } from './transport-context.ts';
import type { TransportError } from './types.ts';
import { createUdpSocket } from './udp-bind.ts';

type OnError = (error: TransportError) => void;

interface WatchedPeer {
  readonly socket: Socket;
  /** Who wants to know that what they sent did not arrive. */
  readonly waiting: OnError[];
  /** Before it is, what fails says nothing of the peer. */
  isConnected: boolean;
  usedMs: number;
}

/** Peers watched at once on one port; requests to more of them just go without. */
const MAX_WATCHED = 256;
const MAX_WAITING = 64;
/** Longer than a transaction lives. */
const IDLE_MS = 40_000;

/**
 * Peers that requests were sent to lately. The system reports "port unreachable" (RFC 3261 18.4) to connected UDP
 * sockets only, so each gets one of its own on the same port. It takes the peer's datagrams as well; what the peer is
 * sent leaves by the socket of all, since the report goes to the one whose addresses are those of the datagram.
 */
export class WatchedPeers {
  readonly #host: string;
  readonly #port: number;
  readonly #context: TransportContext;
  readonly #onDatagram: (bytes: Buffer, address: string, port: number) => void;
  readonly #peers = new Map<string, WatchedPeer>();

  constructor(
    host: string,
    port: number,
    context: TransportContext,
    onDatagram: (bytes: Buffer, address: string, port: number) => void,
  ) {
    this.#host = host;
    this.#port = port;
    this.#context = context;
    this.#onDatagram = onDatagram;
  }

  get size(): number {
    return this.#peers.size;
  }

  /** Who is told when what it is about to send does not arrive; false when there is no socket to be had for the peer. */
  watch(address: string, port: number, onError: OnError): boolean {
    const key = formatEndpoint(address, port);
    const peer = this.#peers.get(key) ?? this.#open(key, address, port);
    if (peer === undefined) return false;
    peer.usedMs = this.#context.clock.nowMs();
    if (peer.waiting.push(onError) > MAX_WAITING) peer.waiting.shift();
    return true;
  }

  /** Tells nothing of it any more: it has not been sent. */
  forget(address: string, port: number, onError: OnError): void {
    const waiting = this.#peers.get(formatEndpoint(address, port))?.waiting ?? [];
    const at = waiting.indexOf(onError);
    if (at >= 0) waiting.splice(at, 1);
  }

  /** Lets go of peers that nothing was sent to for a while. */
  sweep(nowMs: number): void {
    for (const [key, peer] of this.#peers) {
      if (nowMs - peer.usedMs < IDLE_MS) continue;
      this.#peers.delete(key);
      peer.socket.close();
    }
  }

  close(): void {
    for (const { socket } of this.#peers.values()) socket.close();
    this.#peers.clear();
  }

  #open(key: string, address: string, port: number): WatchedPeer | undefined {
    if (this.#peers.size >= MAX_WATCHED) return undefined;
    const socket = createUdpSocket(this.#host, this.#context.limits.udpReceiveBufferBytes, true);
    const peer: WatchedPeer = { socket, waiting: [], isConnected: false, usedMs: 0 };
    this.#peers.set(key, peer);
    socket.on('error', (error) => this.#fail(key, peer, error));
    socket.on('message', (bytes, from) => {
      // It lives: what was sent before has arrived, or will be sent again.
      // One by one: to set the length is a call into V8's runtime.
      while (peer.waiting.length > 0) peer.waiting.pop();
      this.#onDatagram(bytes, from.address, from.port);
    });
    try {
      socket.bind({ port: this.#port, address: this.#host, exclusive: true });
      socket.connect(port, address, (error?: Error) => {
        if (error === undefined) peer.isConnected = true;
        else this.#fail(key, peer, error);
      });
      return peer;
    } catch (error) {
      this.#fail(key, peer, error);
      return undefined;
    }
  }

  #fail(key: string, peer: WatchedPeer, error: unknown): void {
    if (this.#peers.get(key) !== peer) return;
    this.#peers.delete(key);
    peer.socket.close();
    const fault = toTransportFault(error);
    this.#context.count('transport_errors', fault.code);
    if (!peer.isConnected) return;
    for (const onError of peer.waiting.splice(0)) setImmediate(() => onError(fault));
  }
}
