import type { MessagePort } from 'node:worker_threads';
import { type HandedRecord, packRecords, sizeOf, unpackRecords } from './record.ts';
import type { WorkerSeat } from './seat.ts';

/** Bytes under way to a worker that does not keep up; what comes on top is lost, as it would be in a full socket. */
const MOST_BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * What goes in one message, but for a record that is larger by itself: a call that rings keeps its INVITE, and with it all
 * that came in the same block of memory.
 */
const BATCH_BYTES = 8192;

/** The way to one other worker: what is handed over in one turn goes in few messages. */
export class Link {
  readonly #port: MessagePort;
  readonly #backlog: Int32Array;
  readonly #cell: number;
  #records: HandedRecord[] = [];
  #size = 0;

  /** `take` gets what the other hands over; what it throws is not caught here. */
  constructor(seat: WorkerSeat, to: number, port: MessagePort, take: (record: HandedRecord) => void) {
    this.#port = port;
    this.#backlog = new Int32Array(seat.backlog);
    this.#cell = seat.index * seat.count + to;
    const fromThere = to * seat.count + seat.index;
    port.on('message', (sent: Uint8Array) => {
      Atomics.sub(this.#backlog, fromThere, sent.byteLength);
      unpackRecords(Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength), take);
    });
  }

  /** True while the other has more to do than it can: orders still get through. */
  get isFull(): boolean {
    return this.#size + Atomics.load(this.#backlog, this.#cell) > MOST_BACKLOG_BYTES;
  }

  send(record: HandedRecord): void {
    const size = sizeOf(record);
    if (this.#size + size > BATCH_BYTES) this.#flush();
    this.#size += size;
    if (this.#records.push(record) === 1) setImmediate(() => this.#flush());
  }

  close(): void {
    this.#flush();
    this.#port.close();
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
