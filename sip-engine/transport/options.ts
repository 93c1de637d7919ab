import type { TlsOptions } from './certificate-store.ts';

/** UDP ports at which several threads of this process have a socket each. */
export interface SharedUdpPorts {
  readonly threads: number;
  /** The ports are bound already, by the first of them. */
  readonly joins: boolean;
  /**
   * False while a thread's socket is missing: until then no peer is watched, since sockets count in the order in which they came to
   * the port (`udp-steer.ts`), and those for peers come to it as well.
   */
  haveAllJoined(): boolean;
}

/** Limits and policies of the transport layer; every one has a default. */
export interface TransportOptions {
  /** Largest SIP message taken from a stream or WebSocket, bytes. @default 65535 */
  readonly maxMessageBytes?: number;
  /** Largest start line plus headers taken from a stream, bytes. @default 32768 */
  readonly maxHeaderBytes?: number;
  /** UDP payload above which a warning is counted; the transport is never switched (F P19). @default 1300 */
  readonly mtuBytes?: number;
  /** Asked of the kernel for every UDP socket, bytes; it caps the value at net.core.rmem_max. @default 4194304 */
  readonly udpReceiveBufferBytes?: number;
  /**
   * Learn of "port unreachable" for requests over UDP, by a connected socket for each of the latest peers.
   * @default true on Linux; other systems share ports in another way
   */
  readonly watchUdpPeers?: boolean;
  /** @default the ports are this thread's alone */
  readonly sharedUdpPorts?: SharedUdpPorts;
  /** Read and write many datagrams by one call, where the system can (Linux with glibc on x64 and arm64). @default true */
  readonly batchUdp?: boolean;
  /** Of these, let the system cut what is several datagrams of one length to one address. @default true */
  readonly segmentUdp?: boolean;
  /** Bytes waiting in one UDP socket before datagrams are dropped. @default 8388608 */
  readonly udpQueueBytes?: number;
  /** Half-received messages of all streams together; the connection that goes beyond is closed, bytes. @default 67108864 */
  readonly maxPartialBytes?: number;
  /** Bytes waiting to be written to one connection before it is closed. @default 262144 */
  readonly maxWriteQueueBytes?: number;
  /** Connections in all, incoming and outgoing. @default 15000 */
  readonly maxConnections?: number;
  /** Connections from one source: an IPv4 address, an IPv6 /64. @default 1024 */
  readonly maxConnectionsPerSource?: number;
  /** TCP connect (and TLS handshake) of an outgoing connection, milliseconds. @default 5000 */
  readonly connectTimeoutMs?: number;
  /** TLS handshake and WebSocket upgrade of an incoming connection, milliseconds. @default 10000 */
  readonly handshakeTimeoutMs?: number;
  /** From accept to the first whole message or keep-alive, milliseconds. @default 30000 */
  readonly firstMessageTimeoutMs?: number;
  /** From the first byte of a message to its last, milliseconds. @default 10000 */
  readonly partialMessageTimeoutMs?: number;
  /** Without traffic either way on a flow that nobody holds, milliseconds. @default 600000 */
  readonly idleTimeoutMs?: number;
  /** Written bytes the peer does not take, milliseconds. @default 30000 */
  readonly writeStallTimeoutMs?: number;
  /** First TCP keep-alive probe after so much silence, milliseconds. @default 30000 */
  readonly tcpKeepAliveMs?: number;
  /** Between WebSocket pings; two unanswered ones close the connection, milliseconds. @default 30000 */
  readonly wsPingIntervalMs?: number;
  /** How often connections are looked over for the limits above, milliseconds. @default 1000 */
  readonly sweepIntervalMs?: number;
  /** More networks (CIDR) where the bound address is told instead of the external one. @default [] */
  readonly localNetworks?: readonly string[];
  /**
   * Shuts the engine in: it sends to these peers (`address:port`) and to those it has heard from, over UDP alone.
   * @default it may send to anybody
   */
  readonly onlyPeers?: readonly string[];
  /** Needed for TLS and WSS. */
  readonly tls?: TlsOptions;
}

export type TransportLimits = Readonly<Required<Omit<TransportOptions, 'tls' | 'onlyPeers'>>>;

/** Fills in the defaults. */
export function resolveOptions(options: TransportOptions): TransportLimits {
  return Object.freeze({
    maxMessageBytes: 65_535,
    maxHeaderBytes: 32_768,
    mtuBytes: 1_300,
    udpReceiveBufferBytes: 4 * 1024 * 1024,
    watchUdpPeers: process.platform === 'linux',
    sharedUdpPorts: { threads: 1, joins: false, haveAllJoined: () => true },
    batchUdp: true,
    segmentUdp: true,
    udpQueueBytes: 8 * 1024 * 1024,
    maxPartialBytes: 64 * 1024 * 1024,
    maxWriteQueueBytes: 256 * 1024,
    maxConnections: 15_000,
    maxConnectionsPerSource: 1_024,
    connectTimeoutMs: 5_000,
    handshakeTimeoutMs: 10_000,
    firstMessageTimeoutMs: 30_000,
    partialMessageTimeoutMs: 10_000,
    idleTimeoutMs: 600_000,
    writeStallTimeoutMs: 30_000,
    tcpKeepAliveMs: 30_000,
    wsPingIntervalMs: 30_000,
    sweepIntervalMs: 1_000,
    localNetworks: [],
    ...options,
  });
}
