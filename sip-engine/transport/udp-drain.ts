import type { EngineClock } from '../ports.ts';

/** Where datagrams are read from, many at a time: `ManyDatagrams`. */
export interface DatagramSource {
  readonly hasEnded: boolean;
  read(): number;
  isFull(count: number): boolean;
  bytes(index: number): Buffer;
  address(index: number): string;
  port(index: number): number;
}

/** Who has to do with what a drain reads. */
export interface DrainEvents {
  /** True when it has set nothing going that ticks or promises are to end before the next one. */
  deliver(bytes: Buffer, address: string, port: number): unknown;
  /** What was answered so far may leave, while there is more to read. */
  leave?(): void;
  /** More waits than a turn can deliver, in the socket or read already, or no longer. */
  behind?(isBehind: boolean): void;
}

/**
 * So long a socket hands over datagrams in one turn of the event loop, before timers and other sockets have theirs. dgram would
 * read on, up to 32 datagrams one by one, each several times as dear: what waits then is read at once, and kept for the next turn.
 */
const TURN_MS = 4;
/**
 * So long answers wait at most for others to leave with: a call of the system costs as much as half of a datagram in it, and
 * the answer to the first of fifty datagrams would wait for all of them.
 */
const GATHER_MS = 0.5;
/** The clock is looked at after so many datagrams of one read. */
const LOOK_EVERY = 8;

/** One that dgram has read while others were kept. */
interface LateOne {
  readonly bytes: Buffer;
  readonly address: string;
  readonly port: number;
}

/**
 * Takes what else waits in a socket that has told of a datagram. Between two datagrams ticks and promises are settled, as
 * with dgram: what one message has set going in an application is done before the next one comes. (A tick that one of
 * these promises asks for comes after it.) What has set nothing going, as nearly every REGISTER, is followed by the next at
 * once.
 *
 * When a turn is over, and dgram delivers one more, all that waits is read and kept for the next turn, and so is what dgram
 * reads meanwhile: it came later.
 */
export class UdpDrain {
  readonly #datagrams: DatagramSource;
  readonly #clock: EngineClock;
  readonly #events: DrainEvents;
  readonly #step = (): void => this.#deliverNext();
  readonly #afterPromises = (): void => process.nextTick(this.#step);
  readonly #endTurn = (): void => {
    this.#turnBeganMs = undefined;
    // dgram may have read what was left, and has nothing to tell of then.
    if (this.#isBehind || this.#keepsAny) this.start();
  };
  readonly #settled = Promise.resolve();
  #turnBeganMs: number | undefined;
  /** When answers were last let leave, or the turn began. */
  #leftMs = 0;
  #count = 0;
  #next = 0;
  #delivered = 0;
  /** Came after what was read last. */
  #late: LateOne[] = [];
  #isBehind = false;

  constructor(datagrams: DatagramSource, clock: EngineClock, events: DrainEvents) {
    this.#datagrams = datagrams;
    this.#clock = clock;
    this.#events = events;
  }

  /** Keeps a datagram that dgram has read behind those that are kept; false when there are none, and it is its turn. */
  keep(bytes: Buffer, address: string, port: number): boolean {
    if (!this.#keepsAny) return false;
    this.#late.push({ bytes, address, port });
    return true;
  }

  /** To be called when dgram has delivered a datagram. */
  start(): void {
    if (this.#turnBeganMs === undefined) {
      this.#turnBeganMs = this.#clock.nowMs();
      this.#leftMs = this.#turnBeganMs;
      setImmediate(this.#endTurn);
    } else if (this.#isTurnOver()) {
      this.#letLeave();
      if (!this.#keepsAny) this.#readAhead();
      return;
    }
    if (!this.#keepsAny) this.#read();
    if (this.#keepsAny) this.#continue();
    else this.#setBehind(false);
  }

  /** What was read is delivered before dgram reads on, unless the turn was over, or somebody threw. */
  get #keepsAny(): boolean {
    return !this.#datagrams.hasEnded && (this.#next < this.#count || this.#late.length > 0);
  }

  /** For the next turn. */
  #readAhead(): void {
    this.#read();
    this.#setBehind(this.#keepsAny);
  }

  #read(): void {
    this.#count = this.#datagrams.read();
    this.#next = 0;
  }

  #setBehind(isBehind: boolean): void {
    if (this.#isBehind === isBehind) return;
    this.#isBehind = isBehind;
    this.#events.behind?.(isBehind);
  }

  #continue(): void {
    // A tick that another one asks for is run before promises; one that a promise asks for is run after all of them.
    void this.#settled.then(this.#afterPromises);
  }

  #deliverNext(): void {
    for (let isSettled = true; isSettled; ) {
      if (!this.#keepsAny) return;
      isSettled = (this.#next < this.#count ? this.#deliverRead() : this.#deliverLate()) === true;
      if (++this.#delivered % LOOK_EVERY === 0) this.#letLeave();
      if (!this.#keepsAny) this.#goOn();
    }
    if (this.#keepsAny) this.#continue();
  }

  #deliverRead(): unknown {
    const datagrams = this.#datagrams;
    const index = this.#next;
    this.#next = index + 1;
    return this.#events.deliver(datagrams.bytes(index), datagrams.address(index), datagrams.port(index));
  }

  #deliverLate(): unknown {
    const late = this.#late.shift();
    return late === undefined || this.#events.deliver(late.bytes, late.address, late.port);
  }

  /** All that was read is delivered; more is left only where a read was full. */
  #goOn(): void {
    if (this.#datagrams.isFull(this.#count)) {
      if (this.#isTurnOver()) {
        this.#setBehind(true);
        return;
      }
      this.#read();
      if (this.#keepsAny) return;
    }
    this.#setBehind(false);
  }

  #letLeave(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#leftMs < GATHER_MS) return;
    this.#leftMs = nowMs;
    this.#events.leave?.();
  }

  #isTurnOver(): boolean {
    return this.#turnBeganMs !== undefined && this.#clock.nowMs() - this.#turnBeganMs > TURN_MS;
  }
}
