import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { EnginePorts } from '../ports.ts';
import { createAcceptor } from './acceptor.ts';
import { isPort, normalizeAddress, parseEndpoint } from './address-book.ts';
import { fitness } from './bound-point.ts';
import { ConnectionFlow } from './connection-flow.ts';
import { ConnectionTable } from './connection-table.ts';
import { connectStream } from './connector.ts';
import { TransportFault } from './errors.ts';
import type { TransportOptions } from './options.ts';
import { SocketListener } from './socket-listener.ts';
import { TransportContext } from './transport-context.ts';
import type { Flow, ListenPoint, ListenSpec, Target, TransportEvents, TransportLayer } from './types.ts';
import { UdpSocket } from './udp-socket.ts';

/** Opens no socket by itself: call `listen` for each address. */
export function createTransportLayer(
  options: TransportOptions,
  events: TransportEvents,
  ports: EnginePorts,
): TransportLayer {
  return new SocketTransportLayer(options, events, ports);
}

class SocketTransportLayer implements TransportLayer {
  readonly #context: TransportContext;
  readonly #table: ConnectionTable;
  readonly #udpSockets: UdpSocket[] = [];
  readonly #listeners: SocketListener[] = [];
  readonly #points: ListenPoint[] = [];

  constructor(options: TransportOptions, events: TransportEvents, ports: EnginePorts) {
    this.#context = new TransportContext(options, events, ports);
    this.#table = new ConnectionTable(this.#context);
  }

  get listenPoints(): readonly ListenPoint[] {
    return this.#points;
  }

  get connections(): number {
    return this.#table.size;
  }

  async listen(spec: ListenSpec): Promise<ListenPoint> {
    const literal = { ...spec, host: await toLiteral(spec.host) };
    const socket = await this.#bind(literal);
    this.#points.push(socket.point);
    return socket.point;
  }

  listenPointOf(flow: Flow): ListenPoint {
    if ('listenPoint' in flow) return flow.listenPoint as ListenPoint;
    const point = this.#points.find((candidate) => this.#serves(candidate, flow.transport, flow.remoteAddress));
    if (point === undefined) throw noTransport(flow.transport, flow.remoteAddress);
    return point;
  }

  flowTo(target: Target, via?: ListenPoint): Flow {
    const address = normalizeAddress(target.address);
    if (isIP(address) === 0 || !isPort(target.port)) {
      throw new TransportFault('unreachable', `${target.address}:${target.port} is not an address`);
    }
    this.#context.knownPeers?.check({ ...target, address });
    const point = this.#pointFor(target.transport, address, via);
    if (target.transport === 'udp') return this.#udpSocketOf(point).flow(address, target.port);
    const literal = { ...target, address };
    return this.#table.findTo(literal) ?? this.#connect(literal, point);
  }

  findFlow(id: string): Flow | undefined {
    if (!id.startsWith('udp/')) return this.#table.find(id);
    // As the flow itself has written it: asked for with each request of a dialog.
    for (const socket of this.#udpSockets) {
      const { flowPrefix } = socket;
      if (id.startsWith(flowPrefix)) return this.#udpFlow(socket, id.slice(flowPrefix.length));
    }
    const [, local = '', remote = ''] = id.split('/');
    const here = parseEndpoint(local);
    if (here === undefined) return undefined;
    const socket = this.#udpSockets.find(({ point }) => point.host === here.address && point.port === here.port);
    return socket && this.#udpFlow(socket, remote);
  }

  heard(point: ListenPoint, address: string, port: number): Flow {
    this.#context.knownPeers?.hear(address, port);
    return this.#udpSocketOf(point).heard(address, port);
  }

  closeFlow(flow: Flow): void {
    if (flow instanceof ConnectionFlow) flow.close('requested');
  }

  hasCertificate(serverName: string): boolean {
    return this.#context.certificates?.hasOwn(serverName) === true;
  }

  async close(): Promise<void> {
    const closing = [...this.#listeners.map((listener) => listener.close())];
    this.#table.closeAll();
    closing.push(...this.#udpSockets.map((socket) => socket.close()));
    this.#points.length = 0;
    await Promise.all(closing);
  }

  async #bind(spec: ListenSpec): Promise<{ readonly point: ListenPoint }> {
    if (spec.transport === 'udp') {
      const socket = await UdpSocket.open(spec, this.#context);
      this.#udpSockets.push(socket);
      return socket;
    }
    const accept = createAcceptor(spec.transport, this.#context, this.#table);
    const listener = await SocketListener.open(spec, this.#context, this.#table, accept);
    this.#listeners.push(listener);
    return listener;
  }

  #udpFlow(socket: UdpSocket, remote: string): Flow | undefined {
    const there = parseEndpoint(remote);
    if (there === undefined) return undefined;
    if (this.#context.knownPeers?.knows(there.address, there.port) === false) return undefined;
    return socket.flow(there.address, there.port);
  }

  #connect(target: Target, point: ListenPoint): Flow {
    if (target.transport === 'ws' || target.transport === 'wss') {
      throw new TransportFault('unreachable', `no ${target.transport} connection from ${target.address}`);
    }
    return connectStream(target, point, this.#context, this.#table);
  }

  #pointFor(transport: Target['transport'], remote: string, via: ListenPoint | undefined): ListenPoint {
    if (via !== undefined && this.#points.includes(via) && this.#serves(via, transport, remote)) return via;
    let best: ListenPoint | undefined;
    let bestFitness = -1;
    for (const point of this.#points) {
      if (point.transport !== transport) continue;
      const own = fitness(point, remote, this.#context.addresses);
      if (own > bestFitness) {
        best = point;
        bestFitness = own;
      }
    }
    if (best === undefined) throw noTransport(transport, remote);
    return best;
  }

  #serves(point: ListenPoint, transport: string, remote: string): boolean {
    return point.transport === transport && point.host.includes(':') === remote.includes(':');
  }

  #udpSocketOf(point: ListenPoint): UdpSocket {
    const socket = this.#udpSockets.find((candidate) => candidate.point === point);
    if (socket === undefined) throw noTransport('udp', point.host);
    return socket;
  }
}

function noTransport(transport: string, remote: string): TransportFault {
  return new TransportFault('no_transport', `nothing listens on ${transport} for ${remote}`);
}

/** The address of a host to listen at, which may be a name. */
export async function toLiteral(host: string): Promise<string> {
  if (isIP(host) !== 0) return normalizeAddress(host);
  if (host.startsWith('[') && host.endsWith(']')) return normalizeAddress(host.slice(1, -1));
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new TransportFault('no_transport', `cannot resolve ${host}`, error);
  }
}
