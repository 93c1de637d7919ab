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

/**
 * So long a socket hands over datagrams in one turn of the event loop, before timers and other sockets have theirs.
 * What dgram reads by itself in a turn, 32 at most, comes on top.
 */
const TURN_MS = 4;

/**
 * Takes what else waits in a socket that has told of a datagram. Between two datagrams ticks and promises are settled, as
 * with dgram: what one message has set going in an application is done before the next one comes. (A tick that one of
 * these promises asks for comes after it.)
 */
export class UdpDrain {
  readonly #datagrams: DatagramSource;
  readonly #clock: EngineClock;
  readonly #deliver: (bytes: Buffer, address: string, port: number) => void;
  readonly #tellBehind: (isBehind: boolean) => void;
  readonly #step = (): void => this.#deliverNext();
  readonly #afterPromises = (): void => process.nextTick(this.#step);
  readonly #endTurn = (): void => {
    this.#turnBeganMs = undefined;
  };
  readonly #settled = Promise.resolve();
  #turnBeganMs: number | undefined;
  #count = 0;
  #next = 0;
  #isBehind = false;

  /** `tellBehind` hears when the socket holds more than a turn can read, and when it was found empty again. */
  constructor(
    datagrams: DatagramSource,
    clock: EngineClock,
    deliver: (bytes: Buffer, address: string, port: number) => void,
    tellBehind: (isBehind: boolean) => void = () => undefined,
  ) {
    this.#datagrams = datagrams;
    this.#clock = clock;
    this.#deliver = deliver;
    this.#tellBehind = tellBehind;
  }

  /** To be called when dgram has delivered a datagram. */
  start(): void {
    if (this.#turnBeganMs === undefined) {
      this.#turnBeganMs = this.#clock.nowMs();
      setImmediate(this.#endTurn);
    } else if (this.#isTurnOver()) return;
    // What was read is delivered before dgram reads on; only where somebody threw is there any left.
    if (this.#next === this.#count) this.#read();
    if (this.#next < this.#count) this.#continue();
  }

  #read(): void {
    this.#count = this.#datagrams.read();
    this.#next = 0;
    if (this.#isBehind && !this.#datagrams.isFull(this.#count)) this.#setBehind(false);
  }

  #setBehind(isBehind: boolean): void {
    if (this.#isBehind === isBehind) return;
    this.#isBehind = isBehind;
    this.#tellBehind(isBehind);
  }

  #continue(): void {
    // A tick that another one asks for is run before promises; one that a promise asks for is run after all of them.
    void this.#settled.then(this.#afterPromises);
  }

  #deliverNext(): void {
    const index = this.#next;
    if (index >= this.#count || this.#datagrams.hasEnded) return;
    this.#next = index + 1;
    this.#deliver(this.#datagrams.bytes(index), this.#datagrams.address(index), this.#datagrams.port(index));
    if (this.#next === this.#count && this.#datagrams.isFull(this.#count)) this.#readOn();
    if (this.#next < this.#count) this.#continue();
  }

  #readOn(): void {
    if (this.#isTurnOver()) this.#setBehind(true);
    else this.#read();
  }

  #isTurnOver(): boolean {
    return this.#turnBeganMs !== undefined && this.#clock.nowMs() - this.#turnBeganMs > TURN_MS;
  }
}
