import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { formatEndpoint } from './address-book.ts';
import { TransportFault } from './errors.ts';

export interface BoundSocket {
  readonly socket: Socket;
  /** True when further sockets of ours can share the port (Linux). */
  readonly shared: boolean;
}

/**
 * Binds exclusively; with `share` then again so that sockets of this user, and of nobody else, can share the
 * port. The first bind finds out whether somebody has it: a shared bind alone would not be told.
 * @throws TransportFault `no_transport` with the system's reason.
 */
export async function bindUdp(host: string, port: number, bufferBytes: number, share: boolean): Promise<BoundSocket> {
  const alone = await bindOnce(host, port, bufferBytes, false);
  if (!share) return { socket: alone, shared: false };
  const { port: bound } = alone.address();
  const closed = once(alone, 'close');
  alone.close();
  await closed;
  try {
    return { socket: await bindOnce(host, bound, bufferBytes, true), shared: true };
  } catch {
    return { socket: await bindOnce(host, bound, bufferBytes, false), shared: false };
  }
}

/**
 * One more socket at a port that `bindUdp` has shared; the system spreads what comes in over all of them.
 * @throws TransportFault `no_transport` with the system's reason.
 */
export async function joinUdp(host: string, port: number, bufferBytes: number): Promise<BoundSocket> {
  return { socket: await bindOnce(host, port, bufferBytes, true), shared: true };
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
