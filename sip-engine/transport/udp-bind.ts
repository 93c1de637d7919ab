import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { formatEndpoint } from './address-book.ts';
import { TransportFault } from './errors.ts';
import type { Libc } from './libc.ts';
import { ManyDatagrams } from './many-datagrams.ts';
import { RawAddresses } from './raw-address.ts';
import { bindDescriptor, cutsDatagrams } from './udp-descriptor.ts';
import { type Steering, steerToOwners } from './udp-steer.ts';

/** What sockets are made with by the system's own calls. */
export interface RawSockets {
  readonly libc: Libc;
  readonly addresses: RawAddresses;
}

export interface BoundSocket {
  readonly socket: Socket;
  /** `undefined` where dgram alone can read and write it. */
  readonly datagrams: ManyDatagrams | undefined;
  /** Absent where `datagrams` are. */
  readonly raw?: RawSockets;
  /** Of one that has joined others. */
  readonly steering?: Steering;
  /** True when further sockets of ours can share the port (Linux). */
  readonly shared: boolean;
}

/** Where to bind, and how. */
export interface UdpBinding {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly bufferBytes: number;
  /** Further sockets of this user, and of nobody else, may share the port. */
  readonly share: boolean;
  /** Absent where dgram alone reads and writes. */
  readonly libc?: Libc | undefined;
  /** Several datagrams of one length to one address may be one for the system, where it cuts them again. @default true */
  readonly segments?: boolean;
}

/**
 * Binds exclusively, and then again as it is wanted. The first bind finds out whether somebody has the port: a shared
 * one would not be told. Where the system does not let us have what is wanted, dgram's own exclusive socket is used.
 * @throws TransportFault `no_transport` with the system's reason.
 */
export async function bindUdp(binding: UdpBinding): Promise<BoundSocket> {
  const { host, bufferBytes, share, libc } = binding;
  const alone = await bindOnce(host, binding.port, bufferBytes, false);
  if (!share && libc === undefined) return { socket: alone, shared: false, datagrams: undefined };
  const { port } = alone.address();
  const closed = once(alone, 'close');
  alone.close();
  await closed;
  return bindAgain({ ...binding, port });
}

async function bindAgain(binding: UdpBinding): Promise<BoundSocket> {
  const { host, port, bufferBytes, share, libc } = binding;
  try {
    if (libc !== undefined) return bindForMany(binding, libc);
  } catch {
    // dgram's own sockets are left.
  }
  try {
    if (share) return { socket: await bindOnce(host, port, bufferBytes, true), shared: true, datagrams: undefined };
  } catch {
    // An exclusive one is left.
  }
  return { socket: await bindOnce(host, port, bufferBytes, false), shared: false, datagrams: undefined };
}

/**
 * One more socket at a port that `bindUdp` has shared; the system spreads what comes in over all of them, after whose it
 * is where it can tell.
 * @param threads that have a socket there, or will
 * @throws TransportFault `no_transport` with the system's reason.
 */
export async function joinUdp({ libc, ...binding }: UdpBinding, threads: number): Promise<BoundSocket> {
  const { host, port, bufferBytes } = binding;
  try {
    if (libc !== undefined) {
      return bindForMany({ ...binding, share: true }, libc, (fd) => ({ steering: steerToOwners(libc, fd, threads) }));
    }
  } catch {
    // dgram's own socket is left.
  }
  const socket = await bindOnce(host, port, bufferBytes, true);
  return { socket, shared: true, datagrams: undefined, steering: 'none' };
}

/** An unbound socket whose addresses are literals: without the lookup every send would ask the system's resolver. */
export function createUdpSocket(host: string, bufferBytes: number, reusePort: boolean): Socket {
  const ipv6 = isIPv6(host);
  return createSocket({
    type: ipv6 ? 'udp6' : 'udp4',
    ipv6Only: ipv6,
    reusePort,
    recvBufferSize: bufferBytes,
    lookup: (literal, _options, done) => done(null, literal, ipv6 ? 6 : 4),
  });
}

/** A socket that is read and written by the system's own calls, and owned by dgram. */
function bindForMany(
  { host, port, bufferBytes, share, segments = true }: UdpBinding,
  libc: Libc,
  onBound: (fd: number) => Pick<BoundSocket, 'steering'> = () => ({}),
): BoundSocket {
  const ipv6 = isIPv6(host);
  const addresses = new RawAddresses(libc, ipv6);
  const socket = createUdpSocket(host, bufferBytes, false);
  try {
    const fd = bindDescriptor(socket, { ipv6, host, port, reusePort: share }, libc, addresses);
    const datagrams = new ManyDatagrams(libc, fd, addresses, segments && cutsDatagrams(fd, libc));
    return { socket, shared: share, datagrams, raw: { libc, addresses }, ...onBound(fd) };
  } catch (error) {
    socket.close();
    throw error;
  }
}

async function bindOnce(host: string, port: number, bufferBytes: number, reusePort: boolean): Promise<Socket> {
  const socket = createUdpSocket(host, bufferBytes, reusePort);
  try {
    // Before bind: with a lookup that answers at once, the event comes within the call.
    const listening = once(socket, 'listening');
    socket.bind({ port, address: host, exclusive: true });
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw new TransportFault('no_transport', `cannot bind udp ${formatEndpoint(host, port)}`, error);
  }
}
