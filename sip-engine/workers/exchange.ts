import type { MessagePort } from 'node:worker_threads';
import { calledUri, isNewCall } from '../new-call-text.ts';
import type { EnginePorts } from '../ports.ts';
import type { FrameFault } from '../transport/index.ts';
import type { Flow, TransportEvents } from '../transport/types.ts';
import { GivenCalls } from './given-calls.ts';
import { Link } from './link.ts';
import { datagramRecord, readSource, streamRecord } from './orders.ts';
import { ownerOf } from './owner.ts';
import type { HandedRecord } from './record.ts';
import { RemoteFlow } from './remote-flow.ts';
import { HOME, type WorkerSeat } from './seat.ts';
import { WaitingStreams } from './waiting-streams.ts';
import type { WorkerEvents } from './worker-events.ts';

export interface ExchangeDeps {
  readonly seat: WorkerSeat;
  readonly events: WorkerEvents;
  readonly ports: EnginePorts;
  placeOf(flow: Flow): number;
  /** The flow of a datagram that came in elsewhere; `undefined` when there is no such point. */
  heard(place: number, address: string, port: number): Flow | undefined;
  /** The connection of that id; `undefined` when it has ended. */
  stream(id: string): Flow | undefined;
  closeFlow(flow: Flow): void;
  /** All that is no message. */
  take(from: number, record: HandedRecord): void;
}

/** To one other worker: what may be lost, and what waits. */
interface Way {
  readonly link: Link;
  readonly streams: WaitingStreams;
}

/** What comes in goes to its owner: here, or over a link to the worker that has it. */
export class Exchange {
  readonly #deps: ExchangeDeps;
  readonly #ways: readonly (Way | undefined)[];
  readonly #given: GivenCalls;
  /** Whoever holds more than a turn can take: sockets, or other workers. */
  readonly #behind = new Set<'sockets' | number>();

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
    this.#given = new GivenCalls(deps.ports);
    this.#ways = deps.seat.links.map((port, to) => port && this.#wayTo(to, port));
  }

  /** @throws Error for the place of this worker itself. */
  linkTo(worker: number): Link {
    return this.#wayOf(worker).link;
  }

  get others(): readonly Link[] {
    return this.#ways.flatMap((way) => way?.link ?? []);
  }

  /** The socket's events, with what belongs elsewhere taken out. */
  socketEvents(spoke: (flow: Flow) => void, closed: (flow: Flow, reason: string) => void): TransportEvents {
    const { events } = this.#deps;
    return {
      onMessage: (bytes, flow, fault) => {
        if (flow.reliable) spoke(flow);
        return this.#received(bytes, flow, fault);
      },
      onFlowClosed: (flow, reason) => {
        for (const way of this.#ways) way?.streams.ended(flow);
        closed(flow, reason);
        events.onFlowClosed(flow, reason);
      },
      // Absent while nobody listens: then no flow is made for it.
      get onSent() {
        return events.onSent;
      },
      onBehind: (isBehind) => this.#tellBehind('sockets', isBehind),
      onConnection: (address, transport) => events.onConnection?.(address, transport) !== false,
    };
  }

  /** A call that was for this worker goes to home, and with it all that comes by its Call-ID. */
  giveHome(callId: string, bytes: Buffer, flow: Flow): void {
    this.#given.add(callId);
    this.#handOver(HOME, bytes, flow);
  }

  close(): void {
    for (const way of this.#ways) {
      way?.streams.close();
      way?.link.close();
    }
  }

  #wayTo(to: number, port: MessagePort): Way {
    const { seat, ports } = this.#deps;
    const link = new Link(seat, to, port, ports.clock, {
      take: (record) => this.#guard(() => this.#take(to, record)),
      behind: (isBehind) => this.#tellBehind(to, isBehind),
    });
    const refuse = (flow: Flow): void => {
      this.#countDropped();
      this.#deps.closeFlow(flow);
    };
    const lost = (): void => this.#countDropped();
    return { link, streams: new WaitingStreams({ link, clock: ports.clock, refuse, lost }) };
  }

  #wayOf(worker: number): Way {
    const way = this.#ways[worker];
    if (way === undefined) throw new Error(`worker ${this.#deps.seat.index} has no link to ${worker}`);
    return way;
  }

  #tellBehind(who: 'sockets' | number, isBehind: boolean): void {
    if (isBehind) this.#behind.add(who);
    else this.#behind.delete(who);
    this.#deps.events.onBehind?.(this.#behind.size > 0);
  }

  #received(bytes: Buffer, flow: Flow, fault: FrameFault | undefined): unknown {
    const { seat, events } = this.#deps;
    // What a stream could not deliver is answered where the stream is.
    const owner = fault === undefined ? ownerOf(bytes, seat.count, this.#given) : seat.index;
    if (owner === seat.index) {
      return fault === undefined ? events.onMessage(bytes, flow) : events.onMessage(bytes, flow, fault);
    }
    if (events.mayHandOver(bytes, flow)) this.#handOver(owner, bytes, flow);
    return true;
  }

  #handOver(owner: number, bytes: Buffer, flow: Flow): void {
    const { link, streams } = this.#wayOf(owner);
    if (flow.reliable) streams.send(streamRecord(flow instanceof RemoteFlow ? flow.homeId : flow.id, bytes), flow);
    else if (this.#mayCross(bytes, link))
      link.send(datagramRecord(this.#deps.placeOf(flow), flow.remoteAddress, flow.remotePort, bytes));
    else this.#countDropped();
  }

  /** What a busy worker can do without first are new calls, which come again; calls for help are not kept back. */
  #mayCross(bytes: Buffer, link: Link): boolean {
    if (!link.isBusy) return true;
    if (link.isFull) return false;
    const text = bytes.toString('latin1');
    return !isNewCall(text) || this.#deps.events.isUrgent(calledUri(text));
  }

  #countDropped(): void {
    this.#deps.ports.counters.count('dropped', 'hand_over');
  }

  #take(from: number, record: HandedRecord): void {
    if (record.kind === 'send' || record.kind === 'order') {
      this.#deps.take(from, record);
      return;
    }
    const flow = record.kind === 'stream' ? this.#deps.stream(record.name) : this.#heard(record);
    // A connection that has ended in the meantime has nobody left to answer.
    if (flow === undefined) return;
    if (this.#isGiven(record.bytes)) this.#handOver(HOME, record.bytes, flow);
    else this.#deps.events.onMessage(record.bytes, flow);
  }

  #heard(record: HandedRecord): Flow | undefined {
    const { point, port } = readSource(record);
    return this.#deps.heard(point, record.name, port);
  }

  #isGiven(bytes: Buffer): boolean {
    return this.#given.size > 0 && ownerOf(bytes, this.#deps.seat.count, this.#given) === HOME;
  }

  /** One bad message must not end the link. */
  #guard(take: () => void): void {
    try {
      take();
    } catch (error) {
      this.#deps.ports.logger.error({ err: error }, 'a handed-over message threw');
    }
  }
}
