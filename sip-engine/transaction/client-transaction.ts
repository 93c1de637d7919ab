import { OutgoingMessage, parseMessage, type SipMessage } from '../message/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { Timer, TimingWheel } from '../timer/index.ts';
import type { Flow } from '../transport/types.ts';
import type { ClientAction, ClientEvent, ClientState } from './client-machine.ts';
import { ackOf, cancelOf } from './client-requests.ts';
import { inviteClientMachine } from './invite-client-table.ts';
import { nonInviteClientMachine } from './non-invite-client-table.ts';
import type { SentBy } from './own-vias.ts';
import { Expected } from './response-check.ts';
import type { Hash } from './ring-places.ts';
import { type Actions, linked, type Place } from './table.ts';
import { giveUpMs } from './timer-values.ts';
import type { Acknowledged, ClientTransaction, ClientTransactionHandler, TimerValues } from './types.ts';

type ExtraHeaders = readonly (readonly [string, string])[];

export interface ClientContext {
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  /** Sends a CANCEL as a transaction of its own, its Via given. */
  sendCancel(cancel: OutgoingMessage, branch: string, flow: Flow): void;
  /** It has its final response, and waits over an unreliable flow for repetitions of it. */
  rest(transaction: RunningClient): void;
  /** It waits, and may be kept as bytes. False where it does not wait. */
  settle(transaction: RunningClient, request: Buffer, acknowledged: Acknowledged): boolean;
  forget(transaction: RunningClient): void;
}

export interface ClientParts {
  /** As sent, top Via included. */
  readonly request: OutgoingMessage;
  /** Of its Via; absent where that was not made here. */
  readonly sentBy?: SentBy;
  readonly branch: string;
  /** What its responses are found by. */
  readonly key: Hash;
  readonly flow: Flow;
  readonly handler: ClientTransactionHandler;
}

/** What a step was caused by, where its actions need it. */
interface Cause {
  readonly response?: SipMessage;
  readonly flow?: Flow;
  readonly error?: Error;
}

const NO_CAUSE: Cause = {};

/** Hears nothing. */
export const NOBODY: ClientTransactionHandler = {
  onResponse: () => undefined,
  onTimeout: () => undefined,
  onTransportError: () => undefined,
  onEnd: () => undefined,
  hearsEnd: false,
};

/** One client transaction: runs its machine's table; the table says when, this class says how. */
export class RunningClient implements ClientTransaction {
  readonly method: string;
  readonly branch: string;
  readonly key: Hash;
  readonly flow: Flow;
  readonly isInvite: boolean;
  readonly #expected: Expected;
  readonly #context: ClientContext;
  #handler: ClientTransactionHandler;
  readonly #bytes: Buffer;
  /** Let go once there is a final response: its bytes say the same. */
  #request: OutgoingMessage | undefined;
  #place: Place<ClientState, ClientEvent, RunningClient, Cause>;
  #repeat: Timer | undefined;
  #life: Timer | undefined;
  #intervalMs: number;
  #heldCancel: ExtraHeaders | undefined;
  #cancelled = false;
  /** The timer that ends it, where many wait with it for one of all. */
  #restsUntil: 'timerD' | 'timerK' | 'timerM' | undefined;

  constructor(parts: ClientParts, context: ClientContext) {
    this.method = parts.request.method;
    this.#request = parts.request;
    this.#expected = new Expected(parts.request, parts.sentBy);
    this.branch = parts.branch;
    this.key = parts.key;
    this.flow = parts.flow;
    this.isInvite = this.method === 'INVITE';
    this.#context = context;
    this.#handler = parts.handler;
    this.#bytes = parts.request.toBuffer();
    this.#place = (this.isInvite ? RunningClient.#invite : RunningClient.#others).initial;
    this.#intervalMs = context.timers.t1Ms;
    // While it rings a connection may be silent for minutes; its dialog holds it only afterwards.
    if (this.isInvite) this.flow.hold();
  }

  get request(): OutgoingMessage {
    return this.#request ?? OutgoingMessage.fromMessage(parseMessage(this.#bytes));
  }

  get ended(): boolean {
    return this.#place.state === 'terminated';
  }

  start(): void {
    this.#step('start');
  }

  /** False for what is no answer to the request. */
  receive(response: SipMessage, flow: Flow): boolean {
    if (!this.#expected.isMetBy(response)) return false;
    const { status } = response;
    this.#step(status < 200 ? 'provisional' : status < 300 ? 'success' : 'failure', { response, flow });
    if (status >= 200) this.#letGo(status);
    return true;
  }

  #letGo(status: number): void {
    this.#request = undefined;
    this.#heldCancel = undefined;
    // A failure is told once: its repetitions are acknowledged here.
    if (status >= 300 && this.#handler.hearsEnd === false) this.#handler = NOBODY;
  }

  settle(acknowledged: Acknowledged): void {
    if (this.#restsUntil !== 'timerM' || this.ended || this.#handler.hearsEnd !== false) return;
    if (!this.#context.settle(this, this.#bytes, acknowledged)) return;
    this.#place = RunningClient.#others.places.terminated;
    this.flow.release();
  }

  /** Answered for good: its handler hears nothing more, and has no use for its end. */
  get isUnheard(): boolean {
    return !this.isInvite && this.#handler.hearsEnd === false;
  }

  /** The time for repetitions is over. */
  restOver(): void {
    if (this.#restsUntil !== undefined) this.#step(this.#restsUntil);
  }

  /** The connection it was sent on has ended. */
  flowClosed(reason: string): void {
    this.#step('flowClosed', { error: new Error(`connection closed: ${reason}`) });
  }

  /** Ends it without a word to the wire; the handler hears `onEnd` only. */
  stop(): void {
    if (this.ended) return;
    this.#place = RunningClient.#others.places.terminated;
    this.#finish();
  }

  cancel(headers: ExtraHeaders = []): void {
    if (!this.isInvite || this.#cancelled) return;
    if (this.#place.state === 'calling') this.#heldCancel ??= headers;
    if (this.#place.state === 'proceeding') this.#sendCancel(headers);
  }

  #step(event: ClientEvent, cause: Cause = NO_CAUSE): void {
    const arrow = this.#place.arrows[event];
    if (arrow === undefined) return;
    this.#place = arrow.to;
    for (const action of arrow.do) action(this, cause);
    if (arrow.to.state === 'terminated') this.#finish();
  }

  static readonly #actions: Actions<ClientAction, RunningClient, Cause> = {
    send: (self) => self.#send(),
    retransmit: (self) => {
      self.#context.ports.counters.count('retransmissions_out');
      self.#send(true);
    },
    pass: (self, cause) => self.#pass(cause),
    ack: (self, cause) => self.#ack(cause),
    sendHeldCancel: (self) => {
      if (self.#heldCancel !== undefined) self.#sendCancel(self.#heldCancel);
    },
    reportTimeout: (self) => {
      self.#context.ports.counters.count('timeouts');
      self.#tell(() => self.#handler.onTimeout());
    },
    reportError: (self, { error = new Error('not sent') }) => self.#tell(() => self.#handler.onTransportError(error)),
    stopTimers: (self) => self.#stopTimers(),
    startA: (self) => self.#startRepeat('timerA', self.#timers.t1Ms),
    doubleA: (self) => self.#startRepeat('timerA', self.#intervalMs * 2),
    startE: (self) => self.#startRepeat('timerE', self.#timers.t1Ms),
    doubleE: (self) => self.#startRepeat('timerE', Math.min(self.#intervalMs * 2, self.#timers.t2Ms)),
    resetE: (self) => self.#startRepeat('timerE', self.#timers.t2Ms),
    startB: (self) => self.#startLife('timerB', giveUpMs(self.#timers)),
    startF: (self) => self.#startLife('timerF', giveUpMs(self.#timers)),
    startD: (self) => self.#restUntil('timerD', 0),
    startK: (self) => self.#restUntil('timerK', 0),
    startLost: (self) => self.#startLife('timerLost', giveUpMs(self.#timers)),
    startM: (self) => self.#restUntil('timerM', giveUpMs(self.#timers)),
  };
  static readonly #invite = linked(inviteClientMachine, RunningClient.#actions);
  static readonly #others = linked(nonInviteClientMachine, RunningClient.#actions);

  get #timers(): TimerValues {
    return this.#context.timers;
  }

  /** Timers A and E run over unreliable transports only. */
  #startRepeat(event: ClientEvent, delayMs: number): void {
    if (this.flow.reliable) return;
    this.#intervalMs = delayMs;
    this.#repeat = this.#context.wheel.after(delayMs, () => this.#step(event));
  }

  #startLife(event: ClientEvent, delayMs: number): void {
    this.#life?.cancel();
    this.#life = this.#context.wheel.after(delayMs, () => this.#step(event));
  }

  /** A timer of its own over reliable flows, where there is nothing to wait for, or little; else one of all. */
  #restUntil(event: 'timerD' | 'timerK' | 'timerM', reliableMs: number): void {
    if (this.flow.reliable) {
      this.#startLife(event, reliableMs);
      return;
    }
    this.#restsUntil = event;
    this.#context.rest(this);
  }

  #stopTimers(): void {
    this.#repeat?.cancel();
    this.#life?.cancel();
    this.#repeat = undefined;
    this.#life = undefined;
  }

  #send(isRepeated = false): void {
    this.flow.send(this.#bytes, (error) => this.#step('transportError', { error }), isRepeated);
  }

  #ack({ response }: Cause): void {
    if (response === undefined) return;
    this.flow.send(ackOf(this.request, response).toBuffer(), (error) => this.#step('transportError', { error }));
  }

  /** The INVITE itself then has 64*T1 to end (RFC 3261 9.1). */
  #sendCancel(headers: ExtraHeaders): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#startLife('timerCancelled', giveUpMs(this.#timers));
    this.#context.sendCancel(cancelOf(this.request, headers), this.branch, this.flow);
  }

  #pass({ response, flow = this.flow }: Cause): void {
    if (response === undefined) return;
    this.#tell(() => this.#handler.onResponse(response, flow));
  }

  #finish(): void {
    this.#stopTimers();
    if (this.isInvite) this.flow.release();
    this.#context.forget(this);
    this.#tell(() => this.#handler.onEnd());
  }

  /** What a handler throws must not stop the machine. */
  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#context.ports.logger.error(
        { err: error, callId: this.#expected.callId, method: this.method },
        'a client transaction handler threw',
      );
    }
  }
}
