import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { formatEndpoint, normalizeAddress } from './address-book.ts';
import { createListenPoint } from './bound-point.ts';
import type { ConnectionTable } from './connection-table.ts';
import { TransportFault } from './errors.ts';
import type { TransportContext } from './transport-context.ts';
import type { ListenPoint, ListenSpec } from './types.ts';

/** An admitted socket, before any handshake. */
export interface Accepted {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly point: ListenPoint;
}

const BACKLOG = 1_024;

/** A bound TCP port: admits or refuses what connects, and counts each admitted socket until the system closed it. */
export class SocketListener {
  readonly point: ListenPoint;
  readonly #server: Server;

  private constructor(server: Server, point: ListenPoint) {
    this.#server = server;
    this.point = point;
  }

  /** @throws TransportFault when the address cannot be bound. */
  static async open(
    spec: ListenSpec,
    context: TransportContext,
    table: ConnectionTable,
    onAccepted: (accepted: Accepted) => void,
  ): Promise<SocketListener> {
    const server = createServer({ noDelay: true });
    try {
      server.listen({ host: spec.host, port: spec.port, ipv6Only: isIPv6(spec.host), backlog: BACKLOG });
      await once(server, 'listening');
    } catch (error) {
      const where = `${spec.transport} ${formatEndpoint(spec.host, spec.port)}`;
      throw new TransportFault('no_transport', `cannot bind ${where}`, error);
    }
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : spec.port;
    const point = createListenPoint(spec, spec.host, port, context.addresses);
    server.on('connection', (socket) => admit(socket, point, context, table, onAccepted));
    server.on('error', (error) => context.logger.error({ err: error, port }, 'listening socket failed'));
    return new SocketListener(server, point);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

function admit(
  socket: Socket,
  point: ListenPoint,
  context: TransportContext,
  table: ConnectionTable,
  onAccepted: (accepted: Accepted) => void,
): void {
  const remoteAddress = normalizeAddress(socket.remoteAddress ?? '');
  const remotePort = socket.remotePort ?? 0;
  // A handshake's errors come here as well; what they mean is told by the close.
  socket.on('error', () => undefined);
  if (remoteAddress === '') return void socket.destroy();
  if (!context.admits(remoteAddress, point.transport)) {
    context.count('connections_refused', 'filtered');
    return void socket.destroy();
  }
  if (!table.admit(remoteAddress)) return void socket.destroy();
  socket.once('close', () => table.dismiss(remoteAddress));
  onAccepted({ socket, remoteAddress, remotePort, point });
}
