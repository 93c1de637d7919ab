import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { ClientTransaction } from '../transaction/types.ts';
import type { Flow, Target } from '../transport/types.ts';
import { allowedTargets } from './allowed-targets.ts';
import { RunEvents, type TargetTaker } from './run-events.ts';
import type { DialogContext, NextHop } from './types.ts';

export interface RunHandler {
  onResponse(response: SipMessage, flow: Flow): void;
  /** No target answered: 408 after silence, 503 when none could be reached. */
  onFailed(status: number, reason: string): void;
}

/** What was sent first, or that there was nowhere to send it. */
export type RunStart =
  | { readonly kind: 'sent'; readonly message: OutgoingMessage; readonly flow: Flow }
  | { readonly kind: 'unsent'; readonly reason: Unsent };

/** No address was found, none could be reached, or none may be. */
export type Unsent = 'dns' | 'transport' | 'forbidden';

type Headers = readonly (readonly [string, string])[];

const NO_TARGETS: readonly Target[] = [];
const NO_HOP: NextHop = {};
const NONE: readonly [] = Object.freeze([]);

/**
 * One request over the targets its URI resolves to: the next is tried when one cannot be reached, stays
 * silent or answers 503 (RFC 3263 4.3). Nothing is reported before `started` has returned.
 */
export class RequestRun implements TargetTaker {
  readonly #ctx: DialogContext;
  /** Until there is a final response; what it holds on to is let go with it. */
  #build: ((flow: Flow) => OutgoingMessage) | undefined;
  readonly #handler: RunHandler;
  #targets: readonly Target[] = NO_TARGETS;
  #next = 0;
  #hop: NextHop = NO_HOP;
  #transaction: ClientTransaction | undefined;
  #answered = false;
  #silence: { cancel(): void } | undefined;
  #cancel: { readonly headers: Headers } | undefined;
  #isStarted = false;
  /** Events that came before the start was reported. */
  #early: readonly (() => void)[] = NONE;

  constructor(ctx: DialogContext, build: (flow: Flow) => OutgoingMessage, handler: RunHandler) {
    this.#ctx = ctx;
    this.#build = build;
    this.#handler = handler;
  }

  start(hop: NextHop, started: (start: RunStart) => void): void {
    this.#hop = hop;
    if (hop.flow !== undefined) {
      this.#report(this.#sendOn(hop.flow), started);
      return;
    }
    this.#ctx.resolve(hop.uri ?? '', (result) => {
      const found = result instanceof Error ? [] : result;
      this.#targets = allowedTargets(this.#ctx, hop, found);
      const none = found.length === 0 ? 'dns' : 'forbidden';
      const reason = this.#targets.length === 0 ? none : 'transport';
      this.#report(this.#tryNext() ?? { kind: 'unsent', reason }, started);
    });
  }

  #report(start: RunStart, started: (start: RunStart) => void): void {
    started(start);
    this.#isStarted = true;
    const early = this.#early;
    this.#early = NONE;
    for (const event of early) event();
  }

  /** What became of it first has been reported. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** The INVITE's CANCEL; held by the transaction until a provisional response has come. */
  cancel(headers: Headers): void {
    this.#cancel = { headers };
    this.#transaction?.cancel(headers);
  }

  get transaction(): ClientTransaction | undefined {
    return this.#transaction;
  }

  #tryNext(): RunStart | undefined {
    while (this.#next < this.#targets.length) {
      const target = this.#targets[this.#next++];
      if (target === undefined) break;
      try {
        return this.#sendOn(this.#flowTo(target));
      } catch (error) {
        this.#ctx.logger.debug({ target, error }, 'no flow to a target');
      }
    }
    return undefined;
  }

  #flowTo(target: Target): Flow {
    const via = this.#hop.via;
    const fits =
      via !== undefined &&
      via.transport === target.transport &&
      via.host.includes(':') === target.address.includes(':');
    return this.#ctx.transport.flowTo(target, fits ? via : undefined);
  }

  #sendOn(flow: Flow): RunStart {
    if (this.#build === undefined) throw new Error('the request has its answer');
    this.#answered = false;
    const transaction = this.#ctx.transactions.request(this.#build(flow), flow, new RunEvents(this, flow));
    this.#transaction = transaction;
    if (this.#cancel !== undefined) transaction.cancel(this.#cancel.headers);
    this.#watchSilence(transaction);
    return { kind: 'sent', message: transaction.request, flow };
  }

  /** The CANCEL is held until something comes: whoever wakes up late stops ringing at once. */
  #watchSilence(transaction: ClientTransaction): void {
    const { silenceMs } = this.#hop;
    if (silenceMs === undefined) return;
    this.#silence = this.#ctx.wheel.after(silenceMs, () => {
      if (this.#answered || this.#transaction !== transaction || transaction.ended) return;
      transaction.cancel([]);
      this.#movedOnOrFailed(408, 'Request Timeout');
    });
  }

  tookResponse(response: SipMessage, from: Flow): boolean {
    this.#ctx.unanswered.delete(from);
    if (response.status === 503 && this.#moveOn()) return true;
    this.#answered = true;
    this.#silence?.cancel();
    this.#silence = undefined;
    this.#handler.onResponse(response, from);
    if (response.status >= 200) this.#letGo();
    return false;
  }

  tookSilence(flow: Flow): boolean {
    if (!this.#answered) this.#countSilence(flow);
    return this.#movedOnOrFailed(408, 'Request Timeout');
  }

  tookTransportError(): boolean {
    return this.#movedOnOrFailed(503, 'Service Unavailable');
  }

  /** Nothing is sent again: repeated answers may come for 32 s, and nothing is kept for them but the handler. */
  #letGo(): void {
    this.#build = undefined;
    this.#targets = NO_TARGETS;
    this.#hop = NO_HOP;
  }

  /** A connection that swallows everything is given up: the next request opens another. */
  #countSilence(flow: Flow): void {
    const limit = this.#ctx.options.maxConsecutiveTimeouts;
    if (limit === 0 || !flow.reliable) return;
    const count = (this.#ctx.unanswered.get(flow) ?? 0) + 1;
    this.#ctx.unanswered.set(flow, count);
    if (count >= limit) this.#ctx.transport.closeFlow(flow);
  }

  later(event: () => void): void {
    if (this.#isStarted) event();
    else this.#early = [...this.#early, event];
  }

  #movedOnOrFailed(status: number, reason: string): boolean {
    if (!this.#answered && this.#moveOn()) return true;
    this.#handler.onFailed(status, reason);
    return false;
  }

  #moveOn(): boolean {
    return this.#cancel === undefined && this.#build !== undefined && this.#tryNext() !== undefined;
  }
}
