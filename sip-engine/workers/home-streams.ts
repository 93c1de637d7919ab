import { TransportFault } from '../transport/index.ts';
import type { Flow, TransportError, TransportLayer } from '../transport/types.ts';
import type { Link } from './link.ts';
import { orderRecord, readOrder, streamFacts, type WorkerOrder } from './orders.ts';
import type { HandedRecord } from './record.ts';

export interface HomeStreamsDeps {
  layer(): TransportLayer;
  links(): readonly Link[];
  linkTo(worker: number): Link;
}

interface Told {
  /** What workers call it that have asked for it. */
  readonly names: Set<string>;
  /** It stands: what was told of it is complete. */
  hasSpoken: boolean;
}

/** The connections of home as the other workers use them: told of, written to, opened and closed for them. */
export class HomeStreams {
  readonly #deps: HomeStreamsDeps;
  /** Connections that the others know of. */
  readonly #told = new Map<Flow, Told>();
  readonly #asked = new Map<string, Flow>();

  constructor(deps: HomeStreamsDeps) {
    this.#deps = deps;
  }

  /** A connection has said something: from now on a worker may have to send over it. */
  spoke(flow: Flow): void {
    const told = this.#toldOf(flow);
    if (told.hasSpoken) return;
    told.hasSpoken = true;
    this.#tell(flow);
  }

  closed(flow: Flow, reason: string): void {
    const told = this.#told.get(flow);
    if (told === undefined) return;
    this.#told.delete(flow);
    for (const name of told.names) this.#asked.delete(name);
    const order = orderRecord({ order: 'closed', id: flow.id, reason });
    for (const link of this.#deps.links()) link.send(order);
  }

  take(from: number, record: HandedRecord): void {
    if (record.kind === 'send') this.#send(from, record);
    else if (record.kind === 'order') this.#obey(from, readOrder<WorkerOrder>(record));
  }

  #send(from: number, { name, number, bytes }: HandedRecord): void {
    const flow = this.#find(name);
    const report = (error: TransportError): void => this.#notSent(from, number, error);
    if (flow === undefined) report(new TransportFault('closed', `${name} is closed`));
    else if (number === 0) flow.send(bytes);
    else flow.send(bytes, report);
  }

  #obey(from: number, order: WorkerOrder): void {
    if (order.order === 'open') {
      this.#open(from, order);
      return;
    }
    const flow = this.#find(order.id);
    if (flow === undefined) return;
    if (order.order === 'hold') flow.hold();
    else if (order.order === 'release') flow.release();
    else this.#deps.layer().closeFlow(flow);
  }

  #open(from: number, { id, target, point }: Extract<WorkerOrder, { order: 'open' }>): void {
    const layer = this.#deps.layer();
    let flow: Flow;
    try {
      flow = layer.flowTo(target, layer.listenPoints[point]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#deps.linkTo(from).send(orderRecord({ order: 'closed', id, reason }));
      return;
    }
    this.#toldOf(flow).names.add(id);
    this.#asked.set(id, flow);
    this.#tell(flow, id);
  }

  #toldOf(flow: Flow): Told {
    let told = this.#told.get(flow);
    if (told === undefined) {
      told = { names: new Set(), hasSpoken: false };
      this.#told.set(flow, told);
    }
    return told;
  }

  /** The name is unique, so that only the worker that has given it finds it. */
  #tell(flow: Flow, asked?: string): void {
    const layer = this.#deps.layer();
    const point = layer.listenPoints.indexOf(layer.listenPointOf(flow));
    const order = orderRecord({ order: 'opened', stream: streamFacts(flow, point, asked) });
    for (const link of this.#deps.links()) link.send(order);
  }

  #find(name: string): Flow | undefined {
    return this.#asked.get(name) ?? this.#deps.layer().findFlow(name);
  }

  #notSent(worker: number, send: number, { code, message: text }: TransportError): void {
    if (send !== 0) this.#deps.linkTo(worker).send(orderRecord({ order: 'not_sent', send, code, text }));
  }
}
