import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** At most so many share the ports: the worker is one hexadecimal digit of what it makes. */
export const MOST_WORKERS = 16;

/** The first worker. */
export const HOME = 0;

/** One worker's place among those that share the ports; it crosses to its thread in a message with `seatPorts`. */
export interface WorkerSeat {
  /** 0 is home: it has the connections and all that is no call. */
  readonly index: number;
  readonly count: number;
  /** To each of the others; `undefined` in the place of its own. */
  readonly links: readonly (MessagePort | undefined)[];
  /** Bytes under way from each to each, an Int32 at `from * count + to`. */
  readonly backlog: SharedArrayBuffer;
  /** How many sockets the others have at UDP ports of home, an Int32. */
  readonly joined: SharedArrayBuffer;
}

/**
 * The places of `count` workers, joined each with each.
 * @throws RangeError above `MOST_WORKERS`.
 */
export function createWorkerSeats(count: number): readonly WorkerSeat[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS) {
    throw new RangeError(`1 to ${MOST_WORKERS} workers can share the ports, not ${count}`);
  }
  const backlog = new SharedArrayBuffer(count * count * Int32Array.BYTES_PER_ELEMENT);
  const joined = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const places = Array.from({ length: count }, () => new Array<MessagePort | undefined>(count).fill(undefined));
  for (const [from, links] of places.entries()) {
    for (const [to, others] of places.entries()) {
      if (to <= from) continue;
      const { port1, port2 } = new MessageChannel();
      links[to] = port1;
      others[from] = port2;
    }
  }
  return places.map((links, index) => ({ index, count, links, backlog, joined }));
}

/** What the message that takes a seat to its thread must transfer. */
export function seatPorts({ links }: WorkerSeat): readonly MessagePort[] {
  return links.filter((link) => link !== undefined);
}

/** True when who sits there has others beside it. */
export function sharesPorts(seat: WorkerSeat | undefined): seat is WorkerSeat {
  return seat !== undefined && seat.count > 1;
}
