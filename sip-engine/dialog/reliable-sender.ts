import type { OutgoingMessage } from '../message/index.ts';
import type { Timer, TimingWheel } from '../timer/index.ts';

interface Waiting {
  readonly response: OutgoingMessage;
  /** False when only the caller's `Require` made it reliable: its PRACK is then answered here. */
  readonly asked: boolean;
}

interface Unacknowledged extends Waiting {
  readonly rseq: number;
  readonly hasBody: boolean;
}

export interface ReliableSenderOptions {
  readonly wheel: Pick<TimingWheel, 'after'>;
  readonly t1Ms: number;
  readonly inviteSeq: number;
  readonly firstRseq: number;
  /** Gives it to the transaction for the first time and returns its bytes. */
  send(response: OutgoingMessage): void;
  resend(bytes: Buffer): void;
  /** Nobody acknowledged one for 64 x T1. */
  onTimeout(): void;
}

const NONE: readonly [] = Object.freeze([]);

/** Reliable provisional responses (RFC 3262 section 3): numbered, repeated until PRACKed, one at a time. */
export class ReliableSender {
  readonly #options: ReliableSenderOptions;
  #queue: readonly Waiting[] = NONE;
  #nextRseq: number;
  #current: Unacknowledged | undefined;
  #timer: Timer | undefined;
  #elapsedMs = 0;

  constructor(options: ReliableSenderOptions) {
    this.#options = options;
    this.#nextRseq = options.firstRseq;
  }

  /** True while a 2xx may not go out: the offer or answer in a provisional is unacknowledged. */
  get blocksFinal(): boolean {
    return this.#current?.hasBody === true || this.#queue.some(({ response }) => response.body.length > 0);
  }

  /** Numbers it and sends it, at once or after the one before was acknowledged. */
  send(response: OutgoingMessage, asked: boolean): void {
    response.set('RSeq', String(this.#nextRseq++));
    if (this.#current === undefined) this.#transmit({ response, asked });
    else this.#queue = [...this.#queue, { response, asked }];
  }

  /** RFC 3262 3: `undefined` when RAck names nothing unacknowledged. */
  acknowledge(rseq: number, cseq: number): { readonly asked: boolean } | undefined {
    const current = this.#current;
    if (current === undefined || current.rseq !== rseq || cseq !== this.#options.inviteSeq) return undefined;
    this.#timer?.cancel();
    this.#current = undefined;
    const [next, ...rest] = this.#queue;
    this.#queue = rest;
    if (next !== undefined) this.#transmit(next);
    return { asked: current.asked };
  }

  /** After the final response: nothing is repeated and what waits is never sent; a late PRACK still matches. */
  stop(): void {
    this.#timer?.cancel();
    this.#queue = NONE;
  }

  #transmit(waiting: Waiting): void {
    const rseq = Number(waiting.response.header('rseq'));
    this.#current = { ...waiting, rseq, hasBody: waiting.response.body.length > 0 };
    this.#elapsedMs = 0;
    this.#options.send(waiting.response);
    this.#repeat(waiting.response.toBuffer(), this.#options.t1Ms);
  }

  #repeat(bytes: Buffer, gapMs: number): void {
    this.#timer = this.#options.wheel.after(gapMs, () => {
      this.#elapsedMs += gapMs;
      if (this.#elapsedMs >= 63 * this.#options.t1Ms) {
        this.#timer = this.#options.wheel.after(this.#options.t1Ms, () => this.#options.onTimeout());
      }
      if (this.#elapsedMs <= 63 * this.#options.t1Ms) this.#options.resend(bytes);
      if (this.#elapsedMs < 63 * this.#options.t1Ms) this.#repeat(bytes, gapMs * 2);
    });
  }
}
