import type { Flow, ListenPoint, PeerCertificate, TransportError } from '../transport/types.ts';

type OnError = (error: TransportError) => void;

/** What a remote flow needs of home. */
export interface RemoteStreams {
  send(flow: RemoteFlow, bytes: Buffer, onError: OnError | undefined): void;
  ask(order: 'hold' | 'release', flow: RemoteFlow): void;
}

export interface RemoteFlowSpec {
  readonly id: string;
  readonly listenPoint: ListenPoint;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Name that a TLS connection was asked for with. */
  readonly serverName?: string | undefined;
}

/** A connection of home, seen from another worker: what is sent goes through home. */
export class RemoteFlow implements Flow {
  readonly id: string;
  readonly reliable = true;
  readonly listenPoint: ListenPoint;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly serverName: string | undefined;
  readonly #streams: RemoteStreams;
  /** As home names it; another one than `id` when this worker has asked for the connection. */
  homeId: string;
  localAddress: string;
  localPort = 0;
  peerCertificate: PeerCertificate | undefined;
  closed = false;

  constructor(spec: RemoteFlowSpec, streams: RemoteStreams) {
    this.id = spec.id;
    this.homeId = spec.id;
    this.listenPoint = spec.listenPoint;
    this.localAddress = spec.localAddress;
    this.remoteAddress = spec.remoteAddress;
    this.remotePort = spec.remotePort;
    this.serverName = spec.serverName;
    this.#streams = streams;
  }

  get transport(): Flow['transport'] {
    return this.listenPoint.transport;
  }

  send(bytes: Buffer, onError?: OnError): void {
    this.#streams.send(this, bytes, onError);
  }

  hold(): void {
    this.#streams.ask('hold', this);
  }

  release(): void {
    this.#streams.ask('release', this);
  }
}
