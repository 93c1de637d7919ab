import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mulberry32 } from './fate.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface NatOptions {
  /** The servers behind it; each is reached through an inner address of its own. */
  readonly servers: readonly Address[];
  /** `port_restricted`: one mapping for all servers. `symmetric`: one for each (RFC 4787 section 4.1). */
  readonly kind: 'port_restricted' | 'symmetric';
  /** The address it shows to servers. */
  readonly outside: string;
  /** A mapping dies when nothing has gone out through it for so long (ms). @default never */
  readonly lifetimeMs?: number;
  /** Monotonic milliseconds. @default the machine's */
  readonly nowMs?: () => number;
  /** Draws the ports: the same seed, the same ports. */
  readonly seed: number;
}

export interface Nat {
  /** Where a host inside sends what is for that server. */
  inner(server?: number): Address;
  /** Ports that are mapped outside now. */
  readonly mappedPorts: readonly number[];
  /** Packets from outside that no mapping let in. */
  readonly refused: number;
  /** All mappings die, as when the box restarts. */
  reset(): void;
  /** The same with a new address outside. */
  moveTo(outside: string): void;
  close(): void;
}

interface Mapping {
  readonly socket: Socket;
  readonly allowed: Set<string>;
  lastOutMs: number;
}

/** A NAT for UDP: inside are whoever sends to `inner`, outside are the servers. Filters by address and port. */
export async function startNat(options: NatOptions): Promise<Nat> {
  const nat = new NatBox(options);
  await nat.open();
  return nat;
}

class NatBox implements Nat {
  readonly #options: NatOptions;
  readonly #fronts: Socket[] = [];
  readonly #mappings = new Map<string, Promise<Mapping>>();
  readonly #open = new Set<Mapping>();
  readonly #random: () => number;
  readonly #nowMs: () => number;
  #outside: string;
  refused = 0;

  constructor(options: NatOptions) {
    this.#options = options;
    this.#outside = options.outside;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#random = mulberry32(options.seed);
  }

  get mappedPorts(): readonly number[] {
    return [...this.#open].filter((mapping) => this.#isAlive(mapping)).map(({ socket }) => socket.address().port);
  }

  async open(): Promise<void> {
    for (const [index, server] of this.#options.servers.entries()) {
      const front = quiet(createSocket('udp4'));
      front.on('message', (bytes, peer) => void this.#outward(bytes, peer, index, server));
      front.bind(0, '127.0.0.1');
      await once(front, 'listening');
      this.#fronts.push(front);
    }
  }

  inner(server = 0): Address {
    return { host: '127.0.0.1', port: this.#fronts[server]?.address().port ?? 0 };
  }

  reset(): void {
    for (const { socket } of this.#open) socket.close();
    this.#open.clear();
    this.#mappings.clear();
  }

  moveTo(outside: string): void {
    this.#outside = outside;
    this.reset();
  }

  close(): void {
    this.reset();
    for (const front of this.#fronts) front.close();
  }

  async #outward(bytes: Buffer, peer: RemoteInfo, index: number, server: Address): Promise<void> {
    const mapping = await this.#mappingOf(peer, index);
    mapping.lastOutMs = this.#nowMs();
    mapping.allowed.add(`${server.host}:${server.port}`);
    if (this.#open.has(mapping)) mapping.socket.send(bytes, server.port, server.host, () => undefined);
  }

  async #mappingOf(peer: RemoteInfo, index: number): Promise<Mapping> {
    const key = `${peer.address}:${peer.port}${this.#options.kind === 'symmetric' ? `>${index}` : ''}`;
    const known = await this.#mappings.get(key);
    if (known !== undefined && this.#isAlive(known)) return known;
    if (known !== undefined && this.#open.delete(known)) known.socket.close();
    const opening = this.#openMapping(peer);
    this.#mappings.set(key, opening);
    return opening;
  }

  async #openMapping(peer: RemoteInfo): Promise<Mapping> {
    for (;;) {
      const socket = quiet(createSocket('udp4'));
      const port = 20_000 + Math.floor(this.#random() * 12_000);
      try {
        socket.bind({ port, address: this.#outside, exclusive: true });
        await once(socket, 'listening');
      } catch {
        // Somebody else has that port.
        continue;
      }
      const mapping: Mapping = { socket, allowed: new Set(), lastOutMs: this.#nowMs() };
      socket.on('message', (bytes, from) => this.#inward(bytes, from, mapping, peer));
      this.#open.add(mapping);
      return mapping;
    }
  }

  #inward(bytes: Buffer, from: RemoteInfo, mapping: Mapping, peer: RemoteInfo): void {
    const source = `${from.address}:${from.port}`;
    const index = this.#options.servers.findIndex((server) => `${server.host}:${server.port}` === source);
    const front = this.#fronts[index];
    if (front === undefined || !mapping.allowed.has(source) || !this.#isAlive(mapping)) {
      this.refused++;
      return;
    }
    front.send(bytes, peer.port, peer.address, () => undefined);
  }

  #isAlive(mapping: Mapping): boolean {
    const { lifetimeMs = Number.POSITIVE_INFINITY } = this.#options;
    return this.#open.has(mapping) && this.#nowMs() - mapping.lastOutMs <= lifetimeMs;
  }
}

/** ICMP errors are silence to UDP. */
function quiet(socket: Socket): Socket {
  return socket.on('error', () => undefined);
}
