import { EndpointMap } from './endpoint-map.ts';
import { toTransportFault } from './errors.ts';
import { PeerWatcher } from './peer-watcher.ts';
import type { TransportContext } from './transport-context.ts';
import type { TransportError } from './types.ts';
import type { RawSockets } from './udp-bind.ts';

type OnError = (error: TransportError) => void;

/** What is known of a peer that requests were sent to. */
interface Peer {
  readonly address: string;
  readonly port: number;
  /** Absent while the peer is heard so often that it needs none. */
  watcher: PeerWatcher | undefined;
  /** Who wants to know that what they sent did not arrive. */
  readonly waiting: OnError[];
  usedMs: number;
  heardMs: number;
  /** Datagrams from it, and when the last `MANY` of them began. */
  heard: number;
  manySinceMs: number;
}

/** Sockets for peers on one port; requests to more of them just go without. */
const MAX_WATCHED = 256;
/** With those that are heard without one. Only peers that we have sent requests to. */
const MAX_PEERS = 1_024;
const MAX_WAITING = 64;
/** Longer than a transaction lives. */
const IDLE_MS = 40_000;
/** A peer that sends so many datagrams in so long needs no socket of its own. */
const MANY = 64;
const MANY_MS = 2_000;
/** So long after its last datagram such a peer counts as alive. */
const ALIVE_MS = 1_000;

/**
 * Peers that requests were sent to lately. The system reports "port unreachable" (RFC 3261 18.4) to connected UDP
 * sockets only, so each gets one of its own on the same port. It takes the peer's datagrams as well; what the peer is
 * sent leaves by the socket of all, since the report goes to the one whose addresses are those of the datagram.
 *
 * What comes to such a socket is read one by one by dgram, much dearer than many by one call: a busy peer loses it, and
 * gets it again with the first request after a silence, or with the first that has to be repeated. So one that goes away
 * while it is busy is noticed by RFC 3261's T1 later.
 */
export class WatchedPeers {
  readonly #host: string;
  readonly #port: number;
  readonly #context: TransportContext;
  readonly #onDatagram: (bytes: Buffer, address: string, port: number) => void;
  readonly #raw: RawSockets | undefined;
  readonly #peers = new EndpointMap<Peer>();
  /** With those that are being let go of. */
  readonly #watchers = new Set<PeerWatcher>();

  /** `onDatagram` takes what comes from a watched peer, and calls `hear`. */
  constructor(
    host: string,
    port: number,
    context: TransportContext,
    onDatagram: (bytes: Buffer, address: string, port: number) => void,
    raw?: RawSockets,
  ) {
    this.#host = host;
    this.#port = port;
    this.#context = context;
    this.#onDatagram = onDatagram;
    this.#raw = raw;
  }

  get size(): number {
    return this.#peers.size;
  }

  /** Sockets that are open for peers. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /**
   * Who is told when what it is about to send does not arrive; false when the peer has no socket, since there is none to
   * be had, or it was just heard and this is no repetition.
   */
  watch(address: string, port: number, onError: OnError, isRepeated = false): boolean {
    const nowMs = this.#context.clock.nowMs();
    const peer = this.#peers.get(address, port) ?? this.#add(address, port, nowMs);
    if (peer === undefined) return false;
    peer.usedMs = nowMs;
    if (peer.watcher === undefined) {
      if (!isRepeated && nowMs - peer.heardMs < ALIVE_MS) return false;
      if (!this.#open(peer)) return false;
    }
    if (peer.waiting.push(onError) > MAX_WAITING) peer.waiting.shift();
    return true;
  }

  /** Tells nothing of it any more: it has not been sent. */
  forget(address: string, port: number, onError: OnError): void {
    const waiting = this.#peers.get(address, port)?.waiting ?? [];
    const at = waiting.indexOf(onError);
    if (at >= 0) waiting.splice(at, 1);
  }

  /** A datagram has come from there, by whichever socket: what was sent before has arrived, or will be sent again. */
  hear(address: string, port: number): void {
    const peer = this.#peers.get(address, port);
    if (peer === undefined) return;
    // One by one: to set the length is a call into V8's runtime.
    while (peer.waiting.length > 0) peer.waiting.pop();
    peer.heardMs = this.#context.clock.nowMs();
    if (++peer.heard % MANY !== 0) return;
    if (peer.heardMs - peer.manySinceMs < MANY_MS) this.#letGo(peer);
    peer.manySinceMs = peer.heardMs;
  }

  /** Lets go of peers that nothing was sent to for a while. */
  sweep(nowMs: number): void {
    for (const peer of this.#peers.values()) {
      if (nowMs - peer.usedMs < IDLE_MS) continue;
      this.#peers.delete(peer.address, peer.port);
      if (!this.#letGo(peer)) peer.watcher?.close();
    }
  }

  close(): void {
    this.#peers.clear();
    for (const watcher of this.#watchers) watcher.close();
  }

  /** A peer is known from its first socket on. */
  #add(address: string, port: number, nowMs: number): Peer | undefined {
    if (this.#peers.size >= MAX_PEERS || this.#watchers.size >= MAX_WATCHED) return undefined;
    const heardMs = Number.NEGATIVE_INFINITY;
    const rest = { usedMs: nowMs, heardMs, heard: 0, manySinceMs: nowMs };
    const peer: Peer = { address, port, watcher: undefined, waiting: [], ...rest };
    this.#peers.set(address, port, peer);
    return peer;
  }

  #open(peer: Peer): boolean {
    const { sharedUdpPorts, udpReceiveBufferBytes: bufferBytes } = this.#context.limits;
    if (this.#watchers.size >= MAX_WATCHED || !sharedUdpPorts.haveAllJoined()) return false;
    const watcher = new PeerWatcher(
      { host: this.#host, port: this.#port, bufferBytes, raw: this.#raw },
      {
        onDatagram: this.#onDatagram,
        onError: (error, isOfPeer) => this.#fail(peer, watcher, error, isOfPeer),
        onClosed: () => this.#watchers.delete(watcher),
      },
    );
    peer.watcher = watcher;
    this.#watchers.add(watcher);
    return watcher.connect(peer.address, peer.port);
  }

  /** False where it would lose what waits in it. */
  #letGo(peer: Peer): boolean {
    if (peer.watcher?.letGo(peer.address, peer.port) !== true) return false;
    peer.watcher = undefined;
    return true;
  }

  #fail(peer: Peer, watcher: PeerWatcher, error: unknown, isOfPeer: boolean): void {
    if (peer.watcher !== watcher) return;
    this.#peers.delete(peer.address, peer.port);
    const fault = toTransportFault(error);
    this.#context.count('transport_errors', fault.code);
    if (!isOfPeer) return;
    for (const onError of peer.waiting.splice(0)) setImmediate(() => onError(fault));
  }
}
