import { OutgoingMessage, ownText, type SipMessage } from '../message/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { Timer, TimingWheel } from '../timer/index.ts';
import type { Flow } from '../transport/types.ts';
import { inviteServerMachine } from './invite-server-table.ts';
import { adoptToTag, endsWithTag } from './local-tag.ts';
import { nonInviteServerMachine } from './non-invite-server-table.ts';
import { RequestRemains } from './request-remains.ts';
import type { Hash } from './ring-places.ts';
import type { ServerAction, ServerEvent, ServerState } from './server-machine.ts';
import { type Actions, linked, type Place } from './table.ts';
import { giveUpMs, tryingAfterMs } from './timer-values.ts';
import type { ServerTransaction, TimerValues } from './types.ts';

export interface ServerContext {
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  readonly immediateTrying: boolean;
  /** Another way to the peer when the request's connection has closed (RFC 3261 18.2.2). */
  flowBack(transaction: RunningServer): Flow | undefined;
  passAck(ack: SipMessage, flow: Flow): void;
  /** So many bytes of requests are no longer held. */
  letGo(bytes: number): void;
  /** It has sent its final answer, and waits over an unreliable flow for repetitions of the request. */
  rest(transaction: RunningServer): void;
  forget(transaction: RunningServer): void;
}

export interface ServerParts {
  readonly key: Hash;
  /** Absent inside a dialog, and where copies are not looked for. */
  readonly mergedKey: Hash | undefined;
  readonly flow: Flow;
  /** False for what the layer answers alone: the user is not told of its end either. */
  readonly shown: boolean;
}

/** 100 is sent after 200 ms when it is not sent at once (RFC 3261 17.2.1). */
const TRYING_SOON_MS = 200;

/** What a step was caused by, where its actions need it. */
interface Cause {
  readonly bytes?: Buffer;
  readonly ack?: SipMessage;
  readonly flow?: Flow;
}

const NO_CAUSE: Cause = {};

/** One server transaction: runs its machine's table; the table says when, this class says how. */
export class RunningServer implements ServerTransaction {
  request: SipMessage;
  readonly flow: Flow;
  readonly isInvite: boolean;
  readonly parts: ServerParts;
  readonly #context: ServerContext;
  #place: Place<ServerState, ServerEvent, RunningServer, Cause>;
  #sendFlow: Flow;
  #repeat: Timer | undefined;
  #life: Timer | undefined;
  #intervalMs = 0;
  #lastResponse: Buffer | undefined;
  #localTag: string;
  #answered = false;
  #failed = false;
  #retried = false;
  /** Many wait with it for one timer of all. */
  #rests = false;
  cancelled = false;
  attached: object | undefined = undefined;

  constructor(request: SipMessage, parts: ServerParts, context: ServerContext) {
    this.parts = parts;
    this.request = request;
    this.flow = parts.flow;
    this.isInvite = request.method === 'INVITE';
    this.#context = context;
    this.#place = (this.isInvite ? RunningServer.#invite : RunningServer.#others).initial;
    this.#sendFlow = parts.flow;
    this.#localTag = request.toTag;
    // While it rings a connection may be silent for minutes; its dialog holds it only afterwards.
    if (this.isInvite) this.flow.hold();
  }

  get answered(): boolean {
    return this.#answered;
  }

  get lastResponse(): Buffer | undefined {
    return this.#lastResponse;
  }

  /** Answered with a non-2xx final. */
  get failed(): boolean {
    return this.#failed;
  }

  get state(): ServerState {
    return this.#place.state;
  }

  get ended(): boolean {
    return this.#place.state === 'terminated';
  }

  get localTag(): string {
    if (this.#localTag === '') this.#localTag = this.#context.ports.random.hex(12);
    return this.#localTag;
  }

  start(): void {
    this.#step('start');
  }

  /** The same request again. */
  repeated(): void {
    this.#context.ports.counters.count('retransmissions_in');
    this.#step('request');
  }

  acknowledged(ack: SipMessage, flow: Flow): void {
    this.#step('ack', { ack, flow });
    this.#rest();
  }

  respond(response: OutgoingMessage): boolean {
    if (this.#answered || this.ended) return false;
    const { status } = response;
    if (status > 100) this.#adoptTag(response);
    const event = this.#eventOf(status);
    if (event === undefined) return false;
    this.#answered = status >= 200;
    this.#failed = status >= 300;
    this.#step(event, { bytes: response.toBuffer() });
    if (this.#answered) {
      this.#letGo();
      this.#rest();
    }
    return event !== 'silence';
  }

  #adoptTag(response: OutgoingMessage): void {
    if (endsWithTag(response.header('to') ?? '', this.#localTag)) return;
    this.#localTag = adoptToTag(response, this.#localTag, () => this.localTag);
  }

  resend(bytes: Buffer): void {
    this.#step('resend', { bytes });
  }

  /** Ends it without a word to the wire. */
  stop(): void {
    if (this.ended) return;
    this.#place = RunningServer.#others.places.terminated;
    this.#finish();
  }

  #eventOf(status: number): ServerEvent | undefined {
    if (status >= 300) return status === 408 && !this.isInvite ? 'silence' : 'failure';
    if (status >= 200) return 'success';
    // RFC 4320 4.1: no provisional but 100 to a non-INVITE, and over UDP only the late one sent below.
    if (!this.isInvite && (status > 100 || !this.flow.reliable)) return undefined;
    return 'provisional';
  }

  #step(event: ServerEvent, cause: Cause = NO_CAUSE): void {
    const arrow = this.#place.arrows[event];
    if (arrow === undefined) return;
    this.#place = arrow.to;
    for (const action of arrow.do) action(this, cause);
    if (arrow.to.state === 'terminated') this.#finish();
  }

  static readonly #actions: Actions<ServerAction, RunningServer, Cause> = {
    sendTryingSoon: (self) => {
      if (self.#context.immediateTrying) self.#sendTrying();
      else self.#startLife('timerTrying', TRYING_SOON_MS);
    },
    sendTrying: (self) => self.#sendTrying(),
    send: (self, { bytes }) => {
      self.#lastResponse = bytes;
      self.#transmit(bytes);
    },
    sendGiven: (self, { bytes }) => self.#transmit(bytes),
    repeat: (self) => self.#transmit(self.#lastResponse),
    retransmit: (self) => {
      self.#context.ports.counters.count('retransmissions_out');
      self.#transmit(self.#lastResponse);
    },
    passAck: (self, { ack, flow }) => {
      if (ack !== undefined && flow !== undefined) self.#context.passAck(ack, flow);
    },
    reportAbandoned: (self) => self.#context.ports.counters.count('timeouts'),
    reportNoAck: (self) => self.#context.ports.counters.count('timeouts'),
    stopTimers: (self) => self.#stopTimers(),
    startTrying: (self) => {
      self.#repeat = self.#context.wheel.after(tryingAfterMs(self.#timers), () => self.#step('timerTrying'));
    },
    startAbandoned: (self) => self.#startLife('timerAbandoned', giveUpMs(self.#timers)),
    startG: (self) => self.#startG(self.#timers.t1Ms),
    doubleG: (self) => self.#startG(Math.min(self.#intervalMs * 2, self.#timers.t2Ms)),
    startH: (self) => self.#startLife('timerH', giveUpMs(self.#timers)),
    startI: (self) => self.#restUntil('timerI', 0),
    startJ: (self) => self.#restUntil('timerJ', 0),
    startL: (self) => self.#restUntil('timerL', giveUpMs(self.#timers)),
  };
  static readonly #invite = linked(inviteServerMachine, RunningServer.#actions);
  static readonly #others = linked(nonInviteServerMachine, RunningServer.#actions);

  get #timers(): TimerValues {
    return this.#context.timers;
  }

  #stopTimers(): void {
    this.#repeat?.cancel();
    this.#life?.cancel();
    this.#repeat = undefined;
    this.#life = undefined;
  }

  /** Timer G runs over unreliable transports only. */
  #startG(delayMs: number): void {
    if (this.flow.reliable) return;
    this.#intervalMs = delayMs;
    this.#repeat = this.#context.wheel.after(delayMs, () => this.#step('timerG'));
  }

  #startLife(event: ServerEvent, delayMs: number): void {
    this.#life?.cancel();
    this.#life = this.#context.wheel.after(delayMs, () => this.#step(event));
  }

  /** A timer of its own over reliable flows, where there is nothing to wait for, or little; else one of all. */
  #restUntil(event: 'timerI' | 'timerJ' | 'timerL', reliableMs: number): void {
    if (this.flow.reliable) this.#startLife(event, reliableMs);
    else this.#rests = true;
  }

  /** Once what leads to it has been done. */
  #rest(): void {
    if (this.#rests && !this.ended) this.#context.rest(this);
  }

  #sendTrying(): void {
    const trying = OutgoingMessage.responseTo(this.request, 100);
    // RFC 3261 8.2.6.1: the sender measures the round trip with it.
    const timestamp = this.request.header('timestamp');
    if (timestamp !== undefined && !trying.has('timestamp')) trying.add('Timestamp', timestamp);
    this.#lastResponse = trying.toBuffer();
    this.#transmit(this.#lastResponse);
  }

  #transmit(bytes: Buffer | undefined): void {
    if (bytes === undefined) return;
    if (this.#sendFlow.closed) this.#sendFlow = this.#context.flowBack(this) ?? this.#sendFlow;
    this.#sendFlow.send(bytes, (error) => this.#notSent(bytes, error));
  }

  /** A connection that broke under the response is replaced once (RFC 3261 18.2.2). */
  #notSent(bytes: Buffer, error: Error): void {
    const other = this.#retried || !this.flow.reliable || this.ended ? undefined : this.#context.flowBack(this);
    if (other === undefined) {
      this.#context.ports.logger.debug({ err: error, callId: this.request.callId }, 'a response was not sent');
      this.#step('transportError');
      return;
    }
    this.#retried = true;
    this.#sendFlow = other;
    other.send(bytes, (again) => this.#notSent(bytes, again));
  }

  /** Of the request only what repetitions are known by is kept. */
  #letGo(): void {
    if (this.request instanceof RequestRemains) return;
    this.#context.letGo(this.request.raw.length);
    this.request = new RequestRemains(this.request, this.flow.reliable);
    this.#localTag = ownText(this.#localTag);
  }

  #finish(): void {
    this.#stopTimers();
    this.#letGo();
    if (this.isInvite) this.flow.release();
    this.#context.forget(this);
  }
}
