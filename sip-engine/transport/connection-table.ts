import type { Stop } from '../ports.ts';
import { bracket, sourceOf } from './address-book.ts';
import { ConnectionFlow, type ConnectionSpec } from './connection-flow.ts';
import { ConnectionState } from './connection-state.ts';
import type { TransportContext } from './transport-context.ts';
import type { ListenPoint, Target } from './types.ts';

/** A socket that is not a flow yet: its TLS handshake or WebSocket upgrade is under way. */
export interface Pending {
  readonly step: 'handshake' | 'upgrade';
  readonly sinceMs: number;
  abort(): void;
}

/** Every live connection, found by id and by far end, counted in all and per source address. */
export class ConnectionTable {
  readonly #context: TransportContext;
  readonly #byId = new Map<string, ConnectionFlow>();
  readonly #byRemote = new Map<string, ConnectionFlow[]>();
  readonly #perSource = new Map<string, number>();
  readonly #pending = new Set<Pending>();
  readonly #stopSweep: Stop;
  #sockets = 0;
  #lastId = 0;

  constructor(context: TransportContext) {
    this.#context = context;
    this.#stopSweep = context.clock.every(context.limits.sweepIntervalMs, () => this.#sweep());
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Sockets that count against the limits, handshakes included. */
  get sockets(): number {
    return this.#sockets;
  }

  /** Takes a place for a socket from that address; the refusal is counted under its own label. */
  admit(address: string): boolean {
    const source = sourceOf(address);
    const fromSource = this.#perSource.get(source) ?? 0;
    if (this.#sockets >= this.#context.limits.maxConnections) return this.#refuse('total');
    if (fromSource >= this.#context.limits.maxConnectionsPerSource) return this.#refuse('per_source');
    this.#sockets++;
    this.#perSource.set(source, fromSource + 1);
    return true;
  }

  /** Gives the place back, once per admitted socket, when the system has closed it. */
  dismiss(address: string): void {
    this.#sockets--;
    const source = sourceOf(address);
    const left = (this.#perSource.get(source) ?? 1) - 1;
    if (left <= 0) this.#perSource.delete(source);
    else this.#perSource.set(source, left);
  }

  addPending(step: Pending['step'], abort: () => void): Pending {
    const pending: Pending = { step, sinceMs: this.#context.clock.nowMs(), abort };
    this.#pending.add(pending);
    return pending;
  }

  removePending(pending: Pending): void {
    this.#pending.delete(pending);
  }

  /** The socket has closed; when its handshake or upgrade was still under way, it failed. */
  failPending(pending: Pending): void {
    if (this.#pending.delete(pending)) this.#context.count('connections_closed', `${pending.step}_failed`);
  }

  /** A new flow, in the state "connecting" until it is opened. */
  create(point: ListenPoint, spec: Omit<ConnectionSpec, 'id' | 'listenPoint'>): ConnectionFlow {
    const { limits, clock } = this.#context;
    const id = `${point.transport}/${++this.#lastId}`;
    const flow = new ConnectionFlow(
      { ...spec, id, listenPoint: point },
      new ConnectionState(limits, clock),
      this.#context,
      (closed) => this.#remove(closed),
    );
    this.#byId.set(id, flow);
    const key = remoteKey(flow.transport, flow.remoteAddress, flow.remotePort);
    const others = this.#byRemote.get(key);
    if (others === undefined) this.#byRemote.set(key, [flow]);
    else others.push(flow);
    return flow;
  }

  find(id: string): ConnectionFlow | undefined {
    return this.#byId.get(id);
  }

  /**
   * A live connection to that target. A TLS one only if the far end has proved the wanted name: its
   * certificate was checked against it, or it showed one that has it (RFC 5923 section 6).
   */
  findTo(target: Target): ConnectionFlow | undefined {
    const flows = this.#byRemote.get(remoteKey(target.transport, target.address, target.port));
    return flows?.findLast((flow) => !flow.closed && provesName(flow, target.serverName));
  }

  closeAll(): void {
    this.#stopSweep();
    for (const flow of [...this.#byId.values()]) flow.finish('shutdown');
    const aborted = [...this.#pending];
    this.#pending.clear();
    for (const pending of aborted) pending.abort();
  }

  #refuse(label: string): false {
    this.#context.count('connections_refused', label);
    return false;
  }

  #remove(flow: ConnectionFlow): void {
    this.#byId.delete(flow.id);
    const key = remoteKey(flow.transport, flow.remoteAddress, flow.remotePort);
    const left = (this.#byRemote.get(key) ?? []).filter((other) => other !== flow);
    if (left.length === 0) this.#byRemote.delete(key);
    else this.#byRemote.set(key, left);
  }

  #sweep(): void {
    const now = this.#context.clock.nowMs();
    for (const flow of this.#byId.values()) flow.sweep(now);
    for (const pending of this.#pending) {
      if (now - pending.sinceMs < this.#context.limits.handshakeTimeoutMs) break;
      this.#pending.delete(pending);
      this.#context.count('connections_closed', `${pending.step}_timeout`);
      pending.abort();
    }
  }
}

function provesName(flow: ConnectionFlow, serverName: string | undefined): boolean {
  const secure = flow.transport === 'tls' || flow.transport === 'wss';
  if (!secure || serverName === undefined) return true;
  return flow.serverName === serverName || flow.peerCertificate?.names.includes(serverName.toLowerCase()) === true;
}

function remoteKey(transport: string, address: string, port: number): string {
  return `${transport}|${bracket(address)}:${port}`;
}
