import type { Test } from 'tap';
import { type Peer, type RunningEngine, startEngine, udpPeer } from '../engine-test-peer.ts';
import type { CallLane, LaneRequest, LaneResponse } from '../lane/index.ts';
import { TestInbox } from '../testing-inbox.ts';
import { settled } from '../transport/testing.ts';
import type { EngineOptions } from '../types.ts';
import { ownerOf } from './owner.ts';
import { createWorkerSeats } from './seat.ts';

/** Sockets of the kernel's choice: one of so many is at each worker, but for once in a thousand million. */
const MOST_TRIES = 30;

export type Arrival = readonly [LaneRequest, LaneResponse];

export interface RunningWorker extends RunningEngine {
  readonly index: number;
  readonly lane: CallLane;
  /** INVITEs that came to its lane. */
  readonly invites: TestInbox<Arrival>;
}

/** Two engines that share their ports, in one thread: home and a call worker. */
export async function workerPair(t: Test, options: Partial<EngineOptions> = {}) {
  const [first, second] = createWorkerSeats(2);
  if (first === undefined || second === undefined) throw new Error('two seats were asked for');
  const home = withLane(t, 0, await startEngine(t, { ...options, workers: first }));
  const listen = home.engine.listenPoints.map(({ transport, host, port }) => ({ transport, host, port }));
  const other = withLane(t, 1, await startEngine(t, { ...options, workers: second, listen }));
  return { home, other, udpPort: home.udpPort, tcpPort: home.tcpPort };
}

export type WorkerPair = Awaited<ReturnType<typeof workerPair>>;

function withLane(t: Test, index: number, running: RunningEngine): RunningWorker {
  const invites = new TestInbox<Arrival>(`the lane of worker ${index}`, ([req]) => req.get('call-id') ?? '');
  t.teardown(() => invites.close());
  const lane = running.engine.attachCalls((req, res) => invites.put([req, res]));
  return { ...running, index, lane, invites };
}

/** A peer whose datagrams the kernel gives to that worker, as its keep-alive shows. */
export async function peerAt(t: Test, pair: WorkerPair, worker: RunningWorker): Promise<Peer> {
  const heardBy = ({ counts }: RunningWorker): number => counts.get('keepalives_in udp') ?? 0;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const peer = await udpPeer(t, pair.udpPort);
    const before = { here: heardBy(worker), all: heardBy(pair.home) + heardBy(pair.other) };
    peer.send('\r\n\r\n');
    await settled(() => heardBy(pair.home) + heardBy(pair.other) > before.all);
    if (heardBy(worker) > before.here) return peer;
    peer.close();
  }
  throw new Error(`the system gave no datagram to worker ${worker.index}`);
}

/** The name of a call, as `inviteText` makes Call-IDs of names, that belongs to that worker. */
export function callFor(worker: RunningWorker, name: string): string {
  for (let n = 0; ; n++) {
    const head = `INVITE sip:b@c SIP/2.0\r\nTo: <sip:b@c>\r\nCall-ID: ${name}${n}@test\r\n\r\n`;
    if (ownerOf(Buffer.from(head), 2) === worker.index) return `${name}${n}`;
  }
}

/** How often a worker has counted that. */
export function counted({ counts }: RunningWorker, name: string): number {
  return counts.get(name) ?? 0;
}
