import type { MessagePort } from 'node:worker_threads';
import type { EngineClock } from '../ports.ts';
import { Inbox } from './inbox.ts';
import { type HandedRecord, packRecords, sizeOf, unpackRecords } from './record.ts';
import type { WorkerSeat } from './seat.ts';

/** Bytes under way to a worker that does not keep up; what comes on top is lost, as it would be in a full socket. */
const MOST_BACKLOG_BYTES = 4 * 1024 * 1024;
/** Beyond it the rest is kept for what belongs to calls: new ones are not handed over, and connections wait. */
const BUSY_BACKLOG_BYTES = 1024 * 1024;

/**
 * What goes in one message, but for a record that is larger by itself: a call that rings keeps its INVITE, and with it all
 * that came in the same block of memory.
 */
const BATCH_BYTES = 8192;

export interface LinkEvents {
  /** What the other hands over; what it throws is not caught here. */
  take(record: HandedRecord): void;
  /** The other has handed over more than a turn can take, or no longer. */
  behind(isBehind: boolean): void;
}

/** The way to one other worker: what is handed over in one turn goes in few messages. */
export class Link {
  readonly #port: MessagePort;
  readonly #backlog: Int32Array;
  readonly #cell: number;
  readonly #inbox: Inbox;
  #records: HandedRecord[] = [];
  #size = 0;

  constructor(seat: WorkerSeat, to: number, port: MessagePort, clock: EngineClock, events: LinkEvents) {
    this.#port = port;
    this.#backlog = new Int32Array(seat.backlog);
    this.#cell = seat.index * seat.count + to;
    const fromThere = to * seat.count + seat.index;
    const take = (record: HandedRecord): void => events.take(record);
    this.#inbox = new Inbox({
      clock,
      take: (sent) => {
        Atomics.sub(this.#backlog, fromThere, sent.byteLength);
        unpackRecords(Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength), take);
      },
      tellBehind: (isBehind) => events.behind(isBehind),
    });
    port.on('message', (sent: Uint8Array) => this.#inbox.put(sent));
  }

  /** True while the other has more to do than it can: what can wait, or come again, is to be kept back. */
  get isBusy(): boolean {
    return this.#underWay > BUSY_BACKLOG_BYTES;
  }

  /** True while the other has no room for anything but orders. */
  get isFull(): boolean {
    return this.#underWay > MOST_BACKLOG_BYTES;
  }

  send(record: HandedRecord): void {
    const size = sizeOf(record);
    if (this.#size + size > BATCH_BYTES) this.#flush();
    this.#size += size;
    if (this.#records.push(record) === 1) setImmediate(() => this.#flush());
  }

  close(): void {
    this.#flush();
    this.#inbox.close();
    this.#port.close();
  }

  get #underWay(): number {
    return this.#size + Atomics.load(this.#backlog, this.#cell);
  }

  #flush(): void {
    const size = this.#size;
    if (size === 0) return;
    const batch = packRecords(this.#records, size);
    this.#records = [];
    this.#size = 0;
    Atomics.add(this.#backlog, this.#cell, size);
    this.#port.postMessage(batch, [batch.buffer]);
  }
}
