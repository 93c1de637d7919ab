import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { createUdpSocket, type RawSockets } from './udp-bind.ts';
import { bindDescriptor, connectDescriptor } from './udp-descriptor.ts';

/** Where watchers are bound: beside the socket of all. */
export interface WatchPlace {
  readonly host: string;
  readonly port: number;
  readonly bufferBytes: number;
  /** Absent where dgram alone makes sockets; what waits in a watcher when it is closed is then lost. */
  readonly raw: RawSockets | undefined;
}

export interface WatcherEvents {
  onDatagram(bytes: Buffer, address: string, port: number): void;
  /** Once, after which it is closed; `isOfPeer` is false for what says nothing of the peer. */
  onError(error: unknown, isOfPeer: boolean): void;
  onClosed(): void;
}

/** A port that no SIP comes from, nor much else (RFC 863, RFC 862: discard and echo). */
const DISCARD_PORT = 9;
const ECHO_PORT = 7;

/** A socket that is connected to one peer: it takes all that comes from there, and "port unreachable". */
export class PeerWatcher {
  readonly #place: WatchPlace;
  readonly #socket: Socket;
  readonly #events: WatcherEvents;
  #fd: number | undefined;
  /** Before it is, what fails says nothing of the peer. */
  #isConnected = false;
  #isClosed = false;
  /** What fails then concerns nobody, and what waits is still delivered. */
  #isLeaving = false;
  /** Datagrams and errors. */
  #taken = 0;

  constructor(place: WatchPlace, events: WatcherEvents) {
    this.#place = place;
    this.#events = events;
    this.#socket = createUdpSocket(place.host, place.bufferBytes, place.raw === undefined);
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('message', (bytes, from) => {
      this.#taken++;
      events.onDatagram(bytes, from.address, from.port);
    });
  }

  /** False when it cannot be had, of which `onError` has told. */
  connect(address: string, port: number): boolean {
    try {
      this.#bind();
      this.#socket.connect(port, address, (error?: Error) => {
        if (error === undefined) this.#isConnected = true;
        else this.#fail(error);
      });
    } catch (error) {
      this.#fail(error);
    }
    return !this.#isClosed;
  }

  /**
   * Has it closed when it has delivered what waits in it: the peer's datagrams come to the socket of all from now on,
   * since this one is connected elsewhere. False where it cannot be, and stays as it is.
   */
  letGo(address: string, port: number): boolean {
    const { raw } = this.#place;
    if (raw === undefined || this.#fd === undefined) return false;
    const elsewhere = port === DISCARD_PORT ? ECHO_PORT : DISCARD_PORT;
    if (!connectDescriptor(this.#fd, address, elsewhere, raw.libc, raw.addresses)) return false;
    this.#isLeaving = true;
    this.#closeWhenEmpty();
    return true;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The number may be another file's from now on.
    this.#fd = undefined;
    this.#socket.close();
    this.#events.onClosed();
  }

  #bind(): void {
    const { host, port, raw } = this.#place;
    if (raw === undefined) this.#socket.bind({ port, address: host, exclusive: true });
    else {
      const binding = { ipv6: isIPv6(host), host, port, reusePort: true };
      this.#fd = bindDescriptor(this.#socket, binding, raw.libc, raw.addresses);
    }
  }

  /** Sockets are read between two immediates, up to the first error: one that has delivered nothing there is empty. */
  #closeWhenEmpty(taken = -1): void {
    setImmediate(() => {
      if (this.#taken === taken) this.close();
      else this.#closeWhenEmpty(this.#taken);
    });
  }

  #fail(error: unknown): void {
    this.#taken++;
    if (this.#isClosed || this.#isLeaving) return;
    this.close();
    this.#events.onError(error, this.#isConnected);
  }
}
