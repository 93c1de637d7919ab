import type { TransportName } from '../message/types.ts';
import type { FrameFault } from './stream-framer.ts';

/**
 * A flow is "the way back": one connection, or for UDP one pair of local socket and remote address.
 * Upper layers keep flows (or their ids) and send to them; nothing else decides where bytes go.
 */
export interface Flow {
  /** Stable text, unique among live flows: `udp/127.0.0.1:5060/10.0.0.9:5062`, `tcp/17`. */
  readonly id: string;
  readonly transport: TransportName;
  readonly reliable: boolean;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** True once the connection is gone; never for UDP. */
  readonly closed: boolean;
  /** What the peer has proved to be; absent without mutual TLS, and for a certificate that no trusted authority signed. */
  readonly peerCertificate?: PeerCertificate | undefined;
  /**
   * Queues bytes. A flow still connecting holds them. `onError` is called at most once, later, when
   * they cannot be sent (refused, closed, queue full, ICMP unreachable where the system tells). With `isRepeated` they
   * were sent before and nobody has answered: a peer that was just heard may have gone all the same.
   */
  send(bytes: Buffer, onError?: (error: TransportError) => void, isRepeated?: boolean): void;
  /** Connections that carry a binding or a dialog are kept by idle limits while held. */
  hold(): void;
  release(): void;
  /** Leaves what the peer sends where it is, until `resume`: what has been read is still delivered. Connections alone can. */
  pause?(): void;
  resume?(): void;
}

/** The certificate that a peer has shown and that was verified against the trusted authorities. */
export interface PeerCertificate {
  /** Distinguished name, parts in the certificate's order: `C=NL, O=Acme, CN=sbc.acme.example`. */
  readonly subject: string;
  /** Lower-case domains it is for (RFC 5922 section 7.1): alternative names, else the common name. */
  readonly names: readonly string[];
  /** SHA-256 in hexadecimal with colons. */
  readonly fingerprint256: string;
}

export type TransportErrorCode =
  | 'refused'
  | 'closed'
  | 'timeout'
  | 'queue_full'
  | 'too_large'
  | 'unreachable'
  | 'tls'
  | 'no_transport';

export interface TransportError extends Error {
  readonly code: TransportErrorCode;
}

export interface ListenSpec {
  readonly transport: TransportName;
  /** An address or a name; `::` is every IPv6 address and no IPv4 one, which `0.0.0.0` listens for. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Address told to peers in Via, Contact and Record-Route, when it differs from the bound one. */
  readonly externalHost?: string;
  readonly externalPort?: number;
}

export interface ListenPoint extends ListenSpec {
  /** The bound port. */
  readonly port: number;
  /** `externalHost ?? host`, brackets added for IPv6; for a wildcard bind chosen per destination by `advertisedFor`. */
  advertisedFor(remoteAddress: string): { readonly host: string; readonly port: number };
  /** True when what is sent to this address, as `normalizeAddress` writes it, and our port comes in here. */
  isAt(address: string): boolean;
}

/** Where a request goes next: the outcome of RFC 3263 resolution. */
export interface Target {
  readonly transport: TransportName;
  /** A literal IPv4 or IPv6 address. */
  readonly address: string;
  readonly port: number;
  /** Name for SNI and certificate checks. */
  readonly serverName?: string;
}

export interface TransportEvents {
  /**
   * A whole SIP message's bytes (framed on streams; keep-alives already taken out). Not copied: valid as long as kept.
   * True when it has set nothing going that ticks or promises end: the next message may follow at once.
   * With a `fault` the bytes are the headers of a message that a stream cannot deliver: answer 513 to `too_large` and
   * 400 to the others, in this call, and do nothing else with it. The connection closes behind the answer.
   */
  onMessage(bytes: Buffer, flow: Flow, fault?: FrameFault): unknown;
  /** A connection ended; UDP flows never do. */
  onFlowClosed(flow: Flow, reason: string): void;
  /** Bytes handed to the system, for traces. */
  onSent?: ((bytes: Buffer, flow: Flow) => void) | undefined;
  /** Sockets hold more datagrams than one turn of the event loop can read, or no longer. */
  onBehind?(isBehind: boolean): void;
  /** Asked before anything is spent on a new connection; `false` closes it (bans, scanners). */
  onConnection?(remoteAddress: string, transport: TransportName): boolean;
}

export interface TransportLayer {
  /** @throws TransportError with the system's reason (EADDRINUSE …) as cause. */
  listen(spec: ListenSpec): Promise<ListenPoint>;
  readonly listenPoints: readonly ListenPoint[];
  /** User of our Contacts, by which the system gives what is sent there to this thread; absent where no other shares its ports. */
  readonly contactUser?: string;
  /** The listen point whose socket the flow uses or whose family and transport it shares. */
  listenPointOf(flow: Flow): ListenPoint;
  /**
   * A live connection to that target, or a new one (connecting); for UDP the pair with the best local socket.
   * @throws TransportError `no_transport` when nothing listens on that transport and address family, `unreachable`
   * for a WebSocket peer that is not connected (RFC 7118: servers do not connect to clients).
   */
  flowTo(target: Target, via?: ListenPoint): Flow;
  findFlow(id: string): Flow | undefined;
  /** The flow of a datagram that another thread has got at the same port. */
  heard(point: ListenPoint, address: string, port: number): Flow;
  /** Ends a connection that upper layers gave up on; nothing happens to UDP flows. */
  closeFlow(flow: Flow): void;
  /** Whether TLS handshakes that ask for that server name are shown a certificate of its own. */
  hasCertificate(serverName: string): boolean;
  /** Live connections, for metrics and leak tests. */
  readonly connections: number;
  close(): Promise<void>;
}
