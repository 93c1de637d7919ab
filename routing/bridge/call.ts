import type { CallAttempt, CallLeg, CallRecord, LegDialog, TrunkRecord } from '../../bus/index.ts';
import { type Reason, type Rejection, reasonEntry } from '../../telemetry/index.ts';
import { type CallContext, callerTrunk, onwardOf } from '../call-context.ts';
import type { CallClock } from '../ports.ts';
import { parseNameAddr } from '../sip-uri.ts';

/** How a call ended, in the words of the catalogue. */
export interface CallEnd {
  readonly reason: Reason;
  /** Last status of the INVITE; 0 where the reason has none. */
  readonly status: number;
  readonly sentence?: string;
  readonly hungUpBy?: CallRecord['hungUpBy'];
}

/** The two legs of a call that is up. */
export interface LegsUp {
  /** Absent when a transfer has taken that side out of this call. */
  readonly caller: LegDialog | undefined;
  readonly callee: CallLeg;
  readonly codec: string | null;
}

/** Who is told of calls: of each any number of times how it proceeds, then once that it has ended. */
export interface CallObserver {
  onProgress(record: CallRecord): void;
  onEnded(call: Call, record: CallRecord): void;
}

/** One call, from its INVITE to its one (result, reason). What happens on the wire is decided elsewhere. */
export class Call {
  readonly context: CallContext;
  readonly startedAtMs: number;
  readonly #clock: CallClock;
  readonly #observer: CallObserver;
  /** Another list each time, so that records may share it. */
  #attempts: readonly CallAttempt[] = [];
  readonly #stops: (() => void)[] = [];
  /** The caller's side as every record of the call tells it. */
  readonly #aLeg: CallLeg;
  #answeredAtMs: number | null = null;
  #legs: LegsUp | undefined;
  #record: CallRecord | undefined;
  /** Hangs up whatever is up; set anew as the call proceeds. */
  #tearDown: (end: CallEnd) => void = () => undefined;

  constructor(context: CallContext, clock: CallClock, observer: CallObserver) {
    this.context = context;
    this.#clock = clock;
    this.#observer = observer;
    this.startedAtMs = context.atMs;
    this.#aLeg = aLegOf(context);
  }

  get isEnded(): boolean {
    return this.#record !== undefined;
  }

  get isAnswered(): boolean {
    return this.#answeredAtMs !== null;
  }

  /** The first thing that is told of the call. */
  start(): void {
    this.#observer.onProgress(this.snapshot());
  }

  /** Replaces what `hangUp` does. */
  onTearDown(tearDown: (end: CallEnd) => void): void {
    this.#tearDown = tearDown;
  }

  /** Runs `fn` after `ms`, unless the call ends before; the returned function stops it. */
  after(ms: number, fn: () => void): () => void {
    const stop = this.#clock.after(ms, fn);
    this.#stops.push(stop);
    return stop;
  }

  /** Runs `fn` once, when the call ends. */
  onEnd(fn: () => void): void {
    this.#stops.push(fn);
  }

  addAttempt(target: string, status: number): void {
    this.#attempts = [...this.#attempts, { target, status, atMs: this.#clock.now() }];
  }

  answer(legs: LegsUp): void {
    if (this.isEnded || this.isAnswered) return;
    this.#answeredAtMs = this.#clock.now();
    this.#legs = legs;
    this.#observer.onProgress(this.snapshot());
  }

  /** A leg has a new way or target, or the codec has changed: what a crash leaves behind must say so. */
  update(change: (legs: LegsUp) => LegsUp | undefined): void {
    const legs = this.#legs === undefined || this.isEnded ? undefined : change(this.#legs);
    if (legs === undefined) return;
    this.#legs = legs;
    this.#observer.onProgress(this.snapshot());
  }

  /** A transfer has taken that side out of this call; who ends it after a crash leaves that dialog alone. */
  dropLeg(side: 'caller' | 'callee'): void {
    this.update((legs) => {
      if (side === 'caller') return { ...legs, caller: undefined };
      const { dialog: _, ...callee } = legs.callee;
      return { ...legs, callee };
    });
  }

  /** Ends both legs, then the call. */
  hangUp(end: CallEnd): void {
    if (this.isEnded) return;
    const tearDown = this.#tearDown;
    this.end(end);
    tearDown(end);
  }

  /** Closes the record; only the first end counts. */
  end(end: CallEnd): void {
    if (this.isEnded) return;
    for (const stop of this.#stops) stop();
    this.#record = this.snapshot(end);
    this.#observer.onEnded(this, this.#record);
  }

  /** Ends a call that never got an answer, as the refusal says. */
  refuse(rejection: Rejection): void {
    const { reason, status, sentence } = rejection;
    this.end(sentence === undefined ? { reason, status } : { reason, status, sentence });
  }

  /** The record as it stands. One object, put together without others: each call makes three. */
  snapshot(end?: CallEnd): CallRecord {
    const { context } = this;
    const { request, from } = context.invite;
    const entry = end === undefined ? undefined : reasonEntry(end.reason);
    const payer = payerTrunk(context);
    const record: Written<CallRecord> = {
      uuid: context.uuid,
      direction: context.direction,
      accountId: (payer ?? context.did)?.accountId ?? null,
      trunkId: payer?.id ?? null,
      didId: context.did?.id ?? null,
      carrierId: carrierOf(context),
      from: context.presentation?.user || context.caller || from.uri,
      to: context.calledNumber || request.uri,
      startedAtMs: this.startedAtMs,
      answeredAtMs: this.#answeredAtMs,
      endedAtMs: end === undefined ? null : this.#clock.now(),
      result: entry?.result ?? null,
      reason: end?.reason ?? null,
      status: end?.status ?? (this.isAnswered ? 200 : 0),
      sentence: end?.sentence ?? entry?.sentence ?? '',
      aLeg: this.#callerLeg(end !== undefined),
      bLeg: this.#calleeLeg(end !== undefined),
      attempts: this.#attempts,
      hungUpBy: end?.hungUpBy ?? null,
      codec: this.#legs?.codec ?? null,
      trace: context.trace.slice(),
    };
    if (context.did !== undefined) record.didAccountId = context.did.accountId;
    if (context.isEmergency) record.isEmergency = true;
    const { onward } = onwardOf(context);
    if (onward !== undefined) record.onward = onward;
    return record;
  }

  /** The dialogs are kept only while somebody might have to end them. */
  #callerLeg(isOver: boolean): CallLeg {
    const dialog = isOver ? undefined : this.#legs?.caller;
    if (dialog === undefined) return this.#aLeg;
    const { callId, remote, contact } = this.#aLeg;
    return { callId, remote, contact, dialog };
  }

  #calleeLeg(isOver: boolean): CallLeg | null {
    const callee = this.#legs?.callee;
    if (callee === undefined || !isOver) return callee ?? null;
    return { callId: callee.callId, remote: callee.remote, contact: callee.contact };
  }
}

/** A record while it is put together. */
type Written<T> = { -readonly [Key in keyof T]: T[Key] };

/** Whose trunk pays: the calling one, else the called one; without either the DID's account does. */
function payerTrunk(context: CallContext): TrunkRecord | undefined {
  return callerTrunk(context) ?? context.options[context.admitted]?.trunk ?? context.unreachable;
}

function carrierOf(context: CallContext): number | null {
  if (context.source?.kind === 'carrier') return context.source.carrier.id;
  return context.options[context.admitted]?.carrier?.id ?? null;
}

function aLegOf(context: CallContext): CallLeg {
  const { request } = context.invite;
  return {
    callId: request.callId,
    remote: `${request.sourceAddress}:${request.sourcePort}`,
    contact: parseNameAddr(request.header('contact') ?? '')?.uri ?? '',
  };
}
