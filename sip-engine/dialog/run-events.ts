import type { SipMessage } from '../message/index.ts';
import type { ClientTransactionHandler } from '../transaction/types.ts';
import type { Flow } from '../transport/types.ts';

/** Who sends one request to one target after the other. */
export interface TargetTaker {
  readonly isStarted: boolean;
  /** Runs it when the start has been reported. */
  later(event: () => void): void;
  /** True when another target is asked in place of this one. */
  tookResponse(response: SipMessage, from: Flow): boolean;
  /** True when another target is asked in place of the one that was silent on `flow`. */
  tookSilence(flow: Flow): boolean;
  /** True when another target is asked in place of the one that could not be reached. */
  tookTransportError(): boolean;
}

/** What becomes of the transaction with one target. One object and no closures: it is kept as long as the transaction. */
export class RunEvents implements ClientTransactionHandler {
  readonly hearsEnd = false;
  readonly #taker: TargetTaker;
  readonly #flow: Flow;
  /** Another target is asked in its place: what still comes of this one is nobody's. */
  #over = false;

  constructor(taker: TargetTaker, flow: Flow) {
    this.#taker = taker;
    this.#flow = flow;
  }

  onResponse(response: SipMessage, from: Flow): void {
    if (!this.#taker.isStarted) this.#taker.later(() => this.onResponse(response, from));
    else if (!this.#over && this.#taker.tookResponse(response, from)) this.#over = true;
  }

  onTimeout(): void {
    if (!this.#taker.isStarted) this.#taker.later(() => this.onTimeout());
    else if (!this.#over && this.#taker.tookSilence(this.#flow)) this.#over = true;
  }

  onTransportError(): void {
    if (!this.#taker.isStarted) this.#taker.later(() => this.onTransportError());
    else if (!this.#over && this.#taker.tookTransportError()) this.#over = true;
  }

  onEnd(): void {
    // Repeated answers, which are over with it, are all that it was kept for.
  }
}
