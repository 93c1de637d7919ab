import type { EngineClock, Stop } from '../ports.ts';
import type { Flow } from '../transport/types.ts';
import type { Link } from './link.ts';
import type { HandedRecord } from './record.ts';

interface Waiting {
  readonly record: HandedRecord;
  readonly flow: Flow;
}

export interface WaitingStreamsDeps {
  readonly link: Pick<Link, 'isBusy' | 'isFull' | 'send'>;
  readonly clock: EngineClock;
  /** More waits than there is memory for: the connection ends, so that its peer knows. */
  readonly refuse: (flow: Flow) => void;
  /** A message is lost with its connection. */
  readonly lost: () => void;
}

/** How often it is looked whether the other has room again (ms). */
const RETRY_MS = 10;
/** What crosses at each look as long as there is room at all: datagrams, which cross until then, must not keep it all for themselves. */
const SHARE_BYTES = 16 * 1024;
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * What came over connections for a worker that is busy. Nobody sends it again, so it waits, in its order, and the connections
 * that it came over are not read meanwhile: what waits is the rest of what each had sent in one piece.
 */
export class WaitingStreams {
  readonly #deps: WaitingStreamsDeps;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  readonly #unread = new Set<Flow>();
  #stop: Stop | undefined;

  constructor(deps: WaitingStreamsDeps) {
    this.#deps = deps;
  }

  send(record: HandedRecord, flow: Flow): void {
    const { link, refuse } = this.#deps;
    if (this.#waiting.length === 0 && !link.isBusy) link.send(record);
    else if (this.#waitingBytes + record.bytes.length > MOST_WAITING_BYTES) refuse(flow);
    else this.#wait(record, flow);
  }

  /**
   * What has come over a connection is told before its end is, as far as there is room: whoever connects, sends and leaves
   * again and again must not fill the memory.
   */
  ended(flow: Flow): void {
    if (!this.#unread.delete(flow)) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((one) => one.flow !== flow);
    for (const one of waiting) if (one.flow === flow) this.#sendLast(one);
  }

  close(): void {
    this.#stop?.();
  }

  #wait(record: HandedRecord, flow: Flow): void {
    // Of its own: what it was read with would be kept as well.
    this.#waiting.push({ record: { ...record, bytes: Buffer.from(record.bytes) }, flow });
    this.#waitingBytes += record.bytes.length;
    this.#unread.add(flow);
    flow.pause?.();
    this.#stop ??= this.#deps.clock.every(RETRY_MS, () => this.#retry());
  }

  #send({ record }: Waiting): void {
    this.#waitingBytes -= record.bytes.length;
    this.#deps.link.send(record);
  }

  #sendLast(one: Waiting): void {
    if (!this.#deps.link.isFull) {
      this.#send(one);
      return;
    }
    this.#waitingBytes -= one.record.bytes.length;
    this.#deps.lost();
  }

  #retry(): void {
    const { link } = this.#deps;
    let [sent, sentBytes] = [0, 0];
    for (const one of this.#waiting) {
      if (link.isFull || (link.isBusy && sentBytes >= SHARE_BYTES)) break;
      this.#send(one);
      sent += 1;
      sentBytes += one.record.bytes.length;
    }
    this.#waiting = this.#waiting.slice(sent);
    if (this.#waiting.length > 0) return;
    this.#stop?.();
    this.#stop = undefined;
    for (const flow of this.#unread) flow.resume?.();
    this.#unread.clear();
  }
}
