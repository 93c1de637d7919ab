import type { Test } from 'tap';
import { createListenPoint } from './bound-point.ts';
import { type Libc, loadLibc } from './libc.ts';
import { createTestPorts, EventRecorder, settled, type TestPorts } from './testing.ts';
import { TransportContext } from './transport-context.ts';
import { bindUdp } from './udp-bind.ts';
import { UdpSocket } from './udp-socket.ts';
import { openPeer } from './udp-ways.suite.ts';

const BUFFER_BYTES = 1 << 20;
const HEADER_BYTES = 64;
/** Where a header says how much control data it has, and how many pieces. */
const CONTROL_LENGTH_AT = 40;
const PIECE_COUNT_AT = 24;

export interface World {
  readonly ports: TestPorts;
  /** For each call of sendmmsg: how many datagrams each of its messages has. */
  readonly messages: number[][];
  readonly peers: readonly Peer[];
  send(text: string, peer?: number): void;
  /** Waits for so many datagrams, of all peers together. */
  received(count: number): Promise<void>;
}

export interface Peer {
  readonly port: number;
  readonly got: string[];
}

export interface WorldOptions {
  readonly host?: '127.0.0.1' | '::1';
  readonly segments?: boolean;
  /** In place of functions of the system's. */
  readonly faults?: (libc: Libc) => Partial<Libc>;
  readonly peers?: number;
}

/** A socket of ours, peers with one each, and what the system was given; `undefined` where there are no such calls. */
export async function open(t: Test, options: WorldOptions = {}): Promise<World | undefined> {
  const { host = '127.0.0.1', segments = true, faults = () => ({}), peers: count = 1 } = options;
  const libc = await loadLibc();
  if (libc === undefined) return undefined;
  const messages: number[][] = [];
  const system: Libc = { ...libc, ...faults(libc) };
  const sendmmsg: Libc['sendmmsg'] = (fd, headers, count, flags) => {
    messages.push(readSizes(headers, count));
    return system.sendmmsg(fd, headers, count, flags);
  };
  const binding = { host, port: 0, bufferBytes: BUFFER_BYTES, share: false, libc: { ...system, sendmmsg }, segments };
  const bound = await bindUdp(binding);
  const { port } = bound.socket.address();
  const ports = createTestPorts();
  const context = new TransportContext({}, new EventRecorder(), ports);
  const socket = new UdpSocket(
    bound,
    createListenPoint({ transport: 'udp', host, port }, host, port, context.addresses),
    context,
  );
  t.teardown(() => socket.close());
  const peers: Peer[] = [];
  for (let number = 0; number < count; number++) peers.push(await listenAsPeer(t, host));
  return {
    ports,
    messages,
    peers,
    send: (text, peer = 0) => socket.flow(host, peers[peer]?.port ?? 0).send(Buffer.from(text)),
    received: (wanted) => settled(() => peers.reduce((sum, { got }) => sum + got.length, 0) === wanted),
  };
}

async function listenAsPeer(t: Test, host: string): Promise<Peer> {
  const socket = await openPeer(t, host, BUFFER_BYTES);
  const got: string[] = [];
  socket.on('message', (bytes) => got.push(String(bytes)));
  return { port: socket.address().port, got };
}

/** How many pieces each header has; without control data the system does not cut them. */
export function readSizes(headers: Uint8Array, count: number): number[] {
  const view = new DataView(headers.buffer, headers.byteOffset);
  return Array.from({ length: count }, (_, index) => {
    const header = index * HEADER_BYTES;
    const pieces = view.getInt32(header + PIECE_COUNT_AT, true);
    const isCut = view.getInt32(header + CONTROL_LENGTH_AT, true) > 0;
    if (pieces > 1 !== isCut) throw new Error('several pieces are to be cut, and one is not');
    return pieces;
  });
}
