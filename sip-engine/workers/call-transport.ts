import { isIP } from 'node:net';
import type { EnginePorts } from '../ports.ts';
import { AddressBook, isPort } from '../transport/address-book.ts';
import { createListenPoint, fitness } from '../transport/bound-point.ts';
import {
  createTransportLayer,
  normalizeAddress,
  steeringUser,
  TransportFault,
  type TransportOptions,
} from '../transport/index.ts';
import { toLiteral } from '../transport/transport-layer.ts';
import type { Flow, ListenPoint, ListenSpec, Target, TransportLayer } from '../transport/types.ts';
import { Exchange } from './exchange.ts';
import { JoinedSockets } from './joined-sockets.ts';
import { type HomeOrder, readOrder } from './orders.ts';
import { RemoteFlow } from './remote-flow.ts';
import { RemoteTable } from './remote-table.ts';
import { HOME, type WorkerSeat } from './seat.ts';
import type { SeatedTransport } from './seated-transport.ts';
import type { WorkerEvents } from './worker-events.ts';

/** The transport of a worker that has calls only: UDP sockets of its own beside home's, connections through home. */
export class CallTransport implements SeatedTransport {
  readonly #layer: TransportLayer;
  readonly #addresses: AddressBook;
  readonly #exchange: Exchange;
  readonly contactUser: string;
  readonly #streams: RemoteTable;
  readonly #sockets: JoinedSockets;
  readonly #points: ListenPoint[] = [];
  readonly connections = 0;

  constructor(seat: WorkerSeat, options: TransportOptions, events: WorkerEvents, ports: EnginePorts) {
    this.contactUser = steeringUser(seat.index);
    this.#sockets = new JoinedSockets(seat, () => this.#layer.listenPoints);
    const { tls: _ofHome, ...own } = options;
    this.#addresses = new AddressBook(() => ports.clock.nowMs(), options.localNetworks ?? []);
    this.#exchange = new Exchange({
      seat,
      events,
      ports,
      placeOf: (flow) => this.#points.indexOf(this.listenPointOf(flow)),
      heard: (place, address, port) => {
        const point = this.#points[place];
        return point && this.heard(point, address, port);
      },
      stream: (id) => this.#streams.find(id),
      closeFlow: (flow) => this.closeFlow(flow),
      take: (_from, record) => this.#streams.take(readOrder<HomeOrder>(record)),
    });
    this.#streams = new RemoteTable({
      home: this.#exchange.linkTo(HOME),
      worker: seat.index,
      pointAt: (place) => this.#points[place],
      placeOf: (point) => this.#points.indexOf(point),
      localAddress: (point, remote) => this.#addresses.hostFor(point.host, remote),
      onClosed: (flow, reason) => events.onFlowClosed(flow, reason),
    });
    const none = (): void => undefined;
    const shared = { ...own, sharedUdpPorts: this.#sockets };
    this.#layer = createTransportLayer(shared, this.#exchange.socketEvents(none, none), ports);
  }

  get listenPoints(): readonly ListenPoint[] {
    return this.#points;
  }

  /** `spec` is a listen point of home, which has bound it. */
  async listen(spec: ListenSpec): Promise<ListenPoint> {
    const point = await this.#open(spec);
    this.#points.push(point);
    return point;
  }

  listenPointOf(flow: Flow): ListenPoint {
    return flow instanceof RemoteFlow ? flow.listenPoint : this.#layer.listenPointOf(flow);
  }

  flowTo(target: Target, via?: ListenPoint): Flow {
    if (target.transport === 'udp') return this.#layer.flowTo(target, via);
    const address = normalizeAddress(target.address);
    if (isIP(address) === 0 || !isPort(target.port)) {
      throw new TransportFault('unreachable', `${target.address}:${target.port} is not an address`);
    }
    return this.#streams.to({ ...target, address }, this.#pointFor(target.transport, address, via));
  }

  findFlow(id: string): Flow | undefined {
    return id.startsWith('udp/') ? this.#layer.findFlow(id) : this.#streams.find(id);
  }

  heard(point: ListenPoint, address: string, port: number): Flow {
    return this.#layer.heard(point, address, port);
  }

  closeFlow(flow: Flow): void {
    if (flow instanceof RemoteFlow) this.#streams.close(flow);
  }

  giveHome(callId: string, bytes: Buffer, flow: Flow): void {
    this.#exchange.giveHome(callId, bytes, flow);
  }

  /** Certificates are shown by home. */
  hasCertificate(): boolean {
    return false;
  }

  async close(): Promise<void> {
    await this.#layer.close();
    this.#exchange.close();
  }

  async #open(spec: ListenSpec): Promise<ListenPoint> {
    if (spec.transport !== 'udp')
      return createListenPoint(spec, await toLiteral(spec.host), spec.port, this.#addresses);
    const point = await this.#layer.listen(spec);
    this.#sockets.count();
    return point;
  }

  #pointFor(transport: Target['transport'], remote: string, via: ListenPoint | undefined): ListenPoint {
    const rated = this.#points
      .filter((point) => point.transport === transport)
      .map((point) => ({ point, rate: fitness(point, remote, this.#addresses) }))
      .filter(({ rate }) => rate >= 0)
      .sort((a, b) => b.rate - a.rate);
    const best = rated.find(({ point }) => point === via) ?? rated[0];
    if (best === undefined) throw new TransportFault('no_transport', `nothing listens on ${transport} for ${remote}`);
    return best.point;
  }
}
