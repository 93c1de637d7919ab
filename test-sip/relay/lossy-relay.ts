import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createFates, type Fate, type NetworkQuality } from './fate.ts';

export interface LossyRelayOptions {
  /** Where the datagrams go that arrive at the relay. */
  readonly target: { readonly host: string; readonly port: number };
  /** Address of the relay itself, both sides. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free port. @default 0 */
  readonly port?: number;
  readonly quality: NetworkQuality;
  /** Print it with a failing test: the same seed draws the same fates. */
  readonly seed: number;
}

export interface RelayStats {
  readonly forwarded: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Copies that arrived after one that was sent later. */
  readonly overtaken: number;
  /** Peers seen, each with a socket of its own towards the target. */
  readonly peers: number;
}

export interface LossyRelay {
  readonly host: string;
  readonly port: number;
  readonly stats: RelayStats;
  close(): Promise<void>;
}

/**
 * An unreliable wire: UDP in, UDP out, and the answers back, both ways through loss, duplication, delay and
 * reordering. Every peer gets a socket of its own towards the target, as behind a NAT, so that the target
 * can tell peers apart and send to each of them.
 */
export async function startLossyRelay(options: LossyRelayOptions): Promise<LossyRelay> {
  const relay = new Relay(options);
  await relay.open();
  return relay;
}

class Relay implements LossyRelay {
  readonly host: string;
  readonly #options: LossyRelayOptions;
  readonly #front: Socket;
  readonly #backs = new Map<string, Promise<Socket>>();
  readonly #inward: Wire;
  readonly #outward: Wire;
  #port = 0;

  constructor(options: LossyRelayOptions) {
    this.#options = options;
    this.host = options.host ?? '127.0.0.1';
    this.#front = openSocket(this.host);
    this.#inward = new Wire(createFates(options.seed, options.quality));
    this.#outward = new Wire(createFates(options.seed + 1, options.quality));
  }

  get port(): number {
    return this.#port;
  }

  get stats(): RelayStats {
    const sum = (name: 'forwarded' | 'lost' | 'duplicated' | 'overtaken') => this.#inward[name] + this.#outward[name];
    return {
      forwarded: sum('forwarded'),
      lost: sum('lost'),
      duplicated: sum('duplicated'),
      overtaken: sum('overtaken'),
      peers: this.#backs.size,
    };
  }

  async open(): Promise<void> {
    this.#front.on('message', (bytes: Buffer, peer: RemoteInfo) => {
      const { target } = this.#options;
      const back = this.#backOf(peer);
      this.#inward.carry(() => void back.then((socket) => send(socket, bytes, target.port, target.host)));
    });
    this.#front.bind(this.#options.port ?? 0, this.host);
    await once(this.#front, 'listening');
    this.#port = this.#front.address().port;
  }

  async close(): Promise<void> {
    this.#inward.cut();
    this.#outward.cut();
    const backs = await Promise.all(this.#backs.values());
    await Promise.all([this.#front, ...backs].map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  }

  #backOf(peer: RemoteInfo): Promise<Socket> {
    const key = `${peer.address}:${peer.port}`;
    const known = this.#backs.get(key);
    if (known !== undefined) return known;
    const opening = this.#openBack(peer);
    this.#backs.set(key, opening);
    return opening;
  }

  async #openBack(peer: RemoteInfo): Promise<Socket> {
    const back = openSocket(this.host);
    back.on('message', (bytes: Buffer) => {
      this.#outward.carry(() => send(this.#front, bytes, peer.port, peer.address));
    });
    back.bind(0, this.host);
    await once(back, 'listening');
    return back;
  }
}

/** One direction: draws each datagram's fate and carries it out. */
class Wire {
  readonly #draw: () => Fate;
  readonly #underway = new Set<NodeJS.Timeout>();
  #sent = 0;
  #latest = 0;
  forwarded = 0;
  lost = 0;
  duplicated = 0;
  overtaken = 0;

  constructor(draw: () => Fate) {
    this.#draw = draw;
  }

  carry(deliver: () => void): void {
    const fate = this.#draw();
    const order = ++this.#sent;
    if (fate.length === 0) this.lost++;
    if (fate.length > 1) this.duplicated++;
    for (const lateMs of fate) this.#later(lateMs, order, deliver);
  }

  cut(): void {
    for (const timer of this.#underway) clearTimeout(timer);
    this.#underway.clear();
  }

  #later(lateMs: number, order: number, deliver: () => void): void {
    if (lateMs === 0) {
      this.#arrive(order, deliver);
      return;
    }
    const timer = setTimeout(() => {
      this.#underway.delete(timer);
      this.#arrive(order, deliver);
    }, lateMs);
    this.#underway.add(timer);
  }

  #arrive(order: number, deliver: () => void): void {
    this.forwarded++;
    if (order < this.#latest) this.overtaken++;
    this.#latest = Math.max(this.#latest, order);
    deliver();
  }
}

/** The wire loses what its fates say, not what the kernel has no room for. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

function openSocket(host: string): Socket {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  // A peer that has gone answers with ICMP; to a wire that is silence.
  socket.on('error', () => undefined);
  return socket;
}

function send(socket: Socket, bytes: Buffer, port: number, host: string): void {
  try {
    socket.send(bytes, port, host, () => undefined);
  } catch {
    // Closed in the meantime: the datagram is lost.
  }
}
