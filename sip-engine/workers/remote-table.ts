import { TransportFault } from '../transport/index.ts';
import type { ListenPoint, Target, TransportError } from '../transport/types.ts';
import { FlowGroups } from './flow-groups.ts';
import type { Link } from './link.ts';
import { type HomeOrder, orderRecord, type StreamFacts, sendRecord } from './orders.ts';
import { RemoteFlow, type RemoteStreams } from './remote-flow.ts';

type OnError = (error: TransportError) => void;

/** Errors come within a moment; who waits longer has been told by the end of the connection. */
const MOST_WAITING = 4096;

export interface RemoteTableDeps {
  readonly home: Link;
  readonly worker: number;
  pointAt(place: number): ListenPoint | undefined;
  placeOf(point: ListenPoint): number;
  /** The address that what goes to `remote` leaves from. */
  localAddress(point: ListenPoint, remote: string): string;
  onClosed(flow: RemoteFlow, reason: string): void;
}

/** All connections of home that a worker knows of: those that have spoken, and those it has asked for. */
export class RemoteTable implements RemoteStreams {
  readonly #deps: RemoteTableDeps;
  /** By home's name and by the one of this worker. */
  readonly #byId = new Map<string, RemoteFlow>();
  readonly #byHomeId = new FlowGroups();
  readonly #byRemote = new FlowGroups();
  /** Who waits for the errors of what was sent, oldest first. */
  readonly #waiting = new Map<number, OnError>();
  #lastId = 0;
  #lastSend = 0;

  constructor(deps: RemoteTableDeps) {
    this.#deps = deps;
  }

  find(id: string): RemoteFlow | undefined {
    return this.#byId.get(id);
  }

  /** A connection to that target that is known to prove the wanted name, else one that home is asked for. */
  to(target: Target, point: ListenPoint): RemoteFlow {
    const known = this.#byRemote.of(remoteKey(target.transport, target.address, target.port));
    const proven = known.findLast((flow) => provesName(flow, target.serverName));
    if (proven !== undefined) return proven;
    const { address: remoteAddress, port: remotePort, serverName } = target;
    const id = `${target.transport}/w${this.#deps.worker}.${++this.#lastId}`;
    const localAddress = this.#deps.localAddress(point, remoteAddress);
    const spec = { id, listenPoint: point, localAddress, remoteAddress, remotePort, serverName };
    const flow = this.#add(new RemoteFlow(spec, this));
    this.#deps.home.send(orderRecord({ order: 'open', id, target, point: this.#deps.placeOf(point) }));
    return flow;
  }

  close(flow: RemoteFlow): void {
    this.#deps.home.send(orderRecord({ order: 'close', id: flow.homeId }));
  }

  send(flow: RemoteFlow, bytes: Buffer, onError: OnError | undefined): void {
    if (flow.closed) {
      refuse(new TransportFault('closed', `${flow.id} is closed`), onError);
    } else if (this.#deps.home.isFull) {
      refuse(new TransportFault('queue_full', 'home does not keep up'), onError);
    } else {
      this.#deps.home.send(sendRecord(flow.homeId, onError === undefined ? 0 : this.#wait(onError), bytes));
    }
  }

  ask(order: 'hold' | 'release', flow: RemoteFlow): void {
    if (!flow.closed) this.#deps.home.send(orderRecord({ order, id: flow.homeId }));
  }

  take(order: HomeOrder): void {
    if (order.order === 'opened') this.#opened(order.stream);
    else if (order.order === 'closed') this.#closed(order.id, order.reason);
    else this.#notSent(order.send, new TransportFault(order.code, order.text));
  }

  #opened(facts: StreamFacts): void {
    const flow = this.#byId.get(facts.asked ?? '') ?? this.#byId.get(facts.id) ?? this.#make(facts);
    if (flow === undefined) return;
    this.#byHomeId.remove(flow.homeId, flow);
    flow.homeId = facts.id;
    this.#byHomeId.add(facts.id, flow);
    flow.localAddress = facts.localAddress;
    flow.localPort = facts.localPort;
    flow.peerCertificate = facts.peerCertificate;
    if (!this.#byId.has(facts.id)) this.#byId.set(facts.id, flow);
  }

  #make(facts: StreamFacts): RemoteFlow | undefined {
    const listenPoint = this.#deps.pointAt(facts.point);
    return listenPoint && this.#add(new RemoteFlow({ ...facts, listenPoint }, this));
  }

  #add(flow: RemoteFlow): RemoteFlow {
    this.#byId.set(flow.id, flow);
    this.#byHomeId.add(flow.homeId, flow);
    this.#byRemote.add(remoteKey(flow.transport, flow.remoteAddress, flow.remotePort), flow);
    return flow;
  }

  #closed(homeId: string, reason: string): void {
    for (const flow of this.#byHomeId.of(homeId)) {
      this.#byHomeId.remove(homeId, flow);
      this.#byRemote.remove(remoteKey(flow.transport, flow.remoteAddress, flow.remotePort), flow);
      this.#byId.delete(flow.id);
      this.#byId.delete(homeId);
      flow.closed = true;
      this.#deps.onClosed(flow, reason);
    }
  }

  #wait(onError: OnError): number {
    this.#lastSend = (this.#lastSend % 0xffffffff) + 1;
    this.#waiting.set(this.#lastSend, onError);
    if (this.#waiting.size > MOST_WAITING) {
      for (const oldest of this.#waiting.keys()) {
        this.#waiting.delete(oldest);
        break;
      }
    }
    return this.#lastSend;
  }

  #notSent(send: number, fault: TransportFault): void {
    const onError = this.#waiting.get(send);
    this.#waiting.delete(send);
    onError?.(fault);
  }
}

/** RFC 5923 section 6: a TLS connection serves another name only where the peer has proved it. */
function provesName(flow: RemoteFlow, serverName: string | undefined): boolean {
  const isSecure = flow.transport === 'tls' || flow.transport === 'wss';
  if (!isSecure || serverName === undefined) return true;
  return flow.serverName === serverName || flow.peerCertificate?.names.includes(serverName.toLowerCase()) === true;
}

function remoteKey(transport: string, address: string, port: number): string {
  return `${transport}|${address}|${port}`;
}

function refuse(fault: TransportFault, onError: OnError | undefined): void {
  if (onError !== undefined) setImmediate(() => onError(fault));
}
