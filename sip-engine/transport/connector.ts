import { connect, type Socket } from 'node:net';
import { isWildcard } from './address-book.ts';
import type { ConnectionFlow } from './connection-flow.ts';
import type { ConnectionTable } from './connection-table.ts';
import { TransportFault, toTransportFault } from './errors.ts';
import { StreamLink } from './stream-link.ts';
import type { TransportContext } from './transport-context.ts';
import type { Flow, ListenPoint, Target } from './types.ts';

/** Opens a TCP connection to `target`; the flow is returned at once and holds what is sent until it stands. */
export function connectStream(
  target: Target,
  point: ListenPoint,
  context: TransportContext,
  table: ConnectionTable,
): Flow {
  const flow = table.create(point, {
    remoteAddress: target.address,
    remotePort: target.port,
    serverName: target.serverName,
  });
  if (!table.admit(target.address)) {
    const full = new TransportFault('queue_full', 'too many connections');
    setImmediate(() => flow.fail(full, 'connect_failed'));
    return flow;
  }
  const socket = openSocket(target, point);
  followConnect(socket, flow, table);
  socket.once('connect', () => {
    StreamLink.attach(socket, flow, context);
  });
  return flow;
}

function openSocket(target: Target, point: ListenPoint): Socket {
  const localAddress = isWildcard(point.host) ? {} : { localAddress: point.host };
  return connect({ host: target.address, port: target.port, noDelay: true, ...localAddress });
}

/** Errors before the connection stands end the flow; a flow that ends first (time-out) ends the socket. */
function followConnect(socket: Socket, flow: ConnectionFlow, table: ConnectionTable): void {
  const { remoteAddress } = flow;
  socket.on('error', (error) => flow.fail(toTransportFault(error), 'connect_failed'));
  socket.once('close', () => {
    table.dismiss(remoteAddress);
    flow.close('connect_failed');
  });
  flow.connecting(() => socket.destroy());
}
