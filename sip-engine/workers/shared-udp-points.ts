import type { ListenPoint } from '../transport/types.ts';
import type { WorkerSeat } from './seat.ts';

/** Which of the UDP ports that workers share have the sockets of all. */
export class SharedUdpPoints {
  readonly #joined: Int32Array;
  readonly #others: number;

  constructor({ joined, count }: Pick<WorkerSeat, 'joined' | 'count'>) {
    this.#joined = new Int32Array(joined);
    this.#others = count - 1;
  }

  /** One that is not home has its socket at a port. */
  join(): void {
    Atomics.add(this.#joined, 0, 1);
  }

  /** True when all have their sockets at these, of which home listens at all. */
  areComplete(points: readonly ListenPoint[]): boolean {
    const wanted = this.#others * points.filter(({ transport }) => transport === 'udp').length;
    return Atomics.load(this.#joined, 0) >= wanted;
  }
}
