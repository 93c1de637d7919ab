import type { EnginePorts } from '../ports.ts';
import { createTransportLayer, steeringUser, type TransportOptions } from '../transport/index.ts';
import type { Flow, ListenPoint, ListenSpec, Target, TransportLayer } from '../transport/types.ts';
import { Exchange } from './exchange.ts';
import { HomeStreams } from './home-streams.ts';
import { JoinedSockets } from './joined-sockets.ts';
import type { WorkerSeat } from './seat.ts';
import type { WorkerEvents } from './worker-events.ts';

/** The transport of the worker that has the connections: as if it were alone, but calls of others go to them. */
export class HomeTransport implements TransportLayer {
  readonly #layer: TransportLayer;
  readonly #exchange: Exchange;
  readonly contactUser: string;

  constructor(seat: WorkerSeat, options: TransportOptions, events: WorkerEvents, ports: EnginePorts) {
    this.contactUser = steeringUser(seat.index);
    const streams: HomeStreams = new HomeStreams({
      layer: () => this.#layer,
      links: () => this.#exchange.others,
      linkTo: (worker) => this.#exchange.linkTo(worker),
    });
    this.#exchange = new Exchange({
      seat,
      events,
      ports,
      placeOf: (flow) => this.#layer.listenPoints.indexOf(this.#layer.listenPointOf(flow)),
      heard: (place, address, port) => {
        const point = this.#layer.listenPoints[place];
        return point && this.#layer.heard(point, address, port);
      },
      stream: (id) => this.#layer.findFlow(id),
      closeFlow: (flow) => this.closeFlow(flow),
      take: (from, record) => streams.take(from, record),
    });
    const own = this.#exchange.socketEvents(
      (flow) => streams.spoke(flow),
      (flow, reason) => streams.closed(flow, reason),
    );
    const sharedUdpPorts = new JoinedSockets(seat, () => this.#layer.listenPoints);
    this.#layer = createTransportLayer({ ...options, sharedUdpPorts }, own, ports);
  }

  get listenPoints(): readonly ListenPoint[] {
    return this.#layer.listenPoints;
  }

  get connections(): number {
    return this.#layer.connections;
  }

  listen(spec: ListenSpec): Promise<ListenPoint> {
    return this.#layer.listen(spec);
  }

  listenPointOf(flow: Flow): ListenPoint {
    return this.#layer.listenPointOf(flow);
  }

  flowTo(target: Target, via?: ListenPoint): Flow {
    return this.#layer.flowTo(target, via);
  }

  findFlow(id: string): Flow | undefined {
    return this.#layer.findFlow(id);
  }

  heard(point: ListenPoint, address: string, port: number): Flow {
    return this.#layer.heard(point, address, port);
  }

  closeFlow(flow: Flow): void {
    this.#layer.closeFlow(flow);
  }

  hasCertificate(serverName: string): boolean {
    return this.#layer.hasCertificate(serverName);
  }

  async close(): Promise<void> {
    await this.#layer.close();
    this.#exchange.close();
  }
}
