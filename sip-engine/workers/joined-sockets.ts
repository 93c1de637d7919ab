import type { ListenPoint, SharedUdpPorts } from '../transport/index.ts';
import { HOME, type WorkerSeat } from './seat.ts';

/** Counts the sockets that workers have at the UDP ports of home, and knows when all are there. */
export class JoinedSockets implements SharedUdpPorts {
  readonly threads: number;
  readonly joins: boolean;
  readonly #joined: Int32Array;
  readonly #points: () => readonly ListenPoint[];

  /** `points` are those at which this worker listens. */
  constructor({ index, count, joined }: WorkerSeat, points: () => readonly ListenPoint[]) {
    this.threads = count;
    this.joins = index !== HOME;
    this.#joined = new Int32Array(joined);
    this.#points = points;
  }

  /** One more socket at one of them. */
  count(): void {
    Atomics.add(this.#joined, 0, 1);
  }

  haveAllJoined(): boolean {
    const ports = this.#points().filter(({ transport }) => transport === 'udp').length;
    return Atomics.load(this.#joined, 0) >= ports * (this.threads - 1);
  }
}
