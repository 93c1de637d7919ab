import { note, type Rejection } from '../../telemetry/index.ts';
import { realmOf, refuseInvite, sendFinal } from '../answer.ts';
import type { LegTarget, RouteOption } from '../call-context.ts';
import type { ReceivedResponse, SrfHeaders, SrfRequest, SrfResponse } from '../srf-adapter.ts';
import { admitOption } from './admit-option.ts';
import type { BridgeDeps } from './bridge-deps.ts';
import type { Call, CallEnd } from './call.ts';
import { CallRound, type RoundCaller, type RoundResult } from './call-round.ts';
import { type ConnectLegs, connectLegs, type IncomingCall } from './connect-legs.ts';
import { EarlyAnswers } from './early-answers.ts';
import { answerHeaders, inviteHeaders } from './header-policy.ts';
import { isPeerAnswer, type LegFailure, mayTryNext, rejectionFor } from './leg-outcome.ts';
import { type AnsweredLeg, type LegOutcome, type PlacedLeg, placeLeg } from './place-leg.ts';
import { MAX_REDIRECTS, redirectOptions } from './redirect.ts';
import { releaseLeg } from './release-leg.ts';

interface Failed {
  readonly rejection: Rejection;
  /** The far end's own answer, `undefined` where we decided. */
  readonly peer: LegFailure | undefined;
}

/**
 * Calls the targets one after the other and joins the first that answers with the caller. All of it are callbacks of one
 * object: every call runs through here, and frames of asynchronous functions would outlive collections with it.
 */
export class CallRunner implements RoundCaller, IncomingCall {
  readonly call: Call;
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  readonly early: EarlyAnswers;
  readonly onFault: (error: unknown) => void;
  readonly #deps: BridgeDeps;
  readonly #connect: ConnectLegs;
  readonly #onProvisional = (response: ReceivedResponse): void => this.early.relay(response);
  /** The option that is being tried, and which one and which of its rounds comes next. */
  #option: RouteOption | undefined;
  #nextOption: number;
  #nextRound = 0;
  #round: CallRound | undefined;
  /** F-116: the option lets it ring no longer. */
  #hasRungLong = false;
  #stopRinging: (() => void) | undefined;
  #failed: Failed | undefined;
  #redirects = 0;

  /** @param onFault told of what goes wrong once `run` has returned */
  constructor(
    deps: BridgeDeps,
    call: Call,
    { req, res, connect = connectLegs }: { req: SrfRequest; res: SrfResponse; connect?: ConnectLegs | undefined },
    onFault: (error: unknown) => void,
  ) {
    this.call = call;
    this.req = req;
    this.res = res;
    this.early = new EarlyAnswers(call.context, req, res);
    this.onFault = onFault;
    this.#deps = deps;
    this.#connect = connect;
    this.#nextOption = call.context.admitted;
  }

  run(): void {
    this.#watch();
    this.#proceed();
  }

  /** What ends a call that is being set up: the caller, nobody answering, or we ourselves. */
  #watch(): void {
    const { context } = this.call;
    this.req.on('cancel', (cancel) => {
      const reason = cancel.get('reason');
      this.#round?.cancel(reason === undefined ? {} : { Reason: reason });
      this.call.end({ reason: 'cancelled', status: 487, hungUpBy: 'caller' });
    });
    this.call.onTearDown((end) => this.#tearDown(end));
    const stop = this.call.after(context.config.ringTimeoutSec * 1000, () => {
      if (!this.call.isAnswered) this.call.hangUp({ reason: 'no_answer', status: 480, hungUpBy: 'server' });
    });
    this.early.onJoined(stop);
  }

  #tearDown(end: CallEnd): void {
    const headers: SrfHeaders = { Reason: `SIP;cause=${end.status || 503};text="${end.reason}"` };
    this.#round?.cancel(headers);
    this.#refuseCaller({ status: end.status || 503, reason: end.reason });
  }

  /** Calls what comes next of this option, or of the next one; gives up when nothing is left. */
  #proceed(): void {
    this.#option ??= this.#takeOption();
    while (this.#option !== undefined) {
      const legs = roundOf(this.#option, this.#nextRound);
      if (legs !== undefined) {
        this.#nextRound += 1;
        this.#attempt(this.#option, legs);
        return;
      }
      this.#option = this.#takeOption();
    }
    this.#giveUp();
  }

  /** The options from the admitted one on; each next one needs places of its own. */
  #takeOption(): RouteOption | undefined {
    const { context } = this.call;
    this.#nextRound = 0;
    while (this.#nextOption < context.options.length) {
      const index = this.#nextOption;
      this.#nextOption += 1;
      const option = context.options[index];
      if (option === undefined) continue;
      if (index === context.admitted) return option;
      const rejection = admitOption(this.#deps, context, option);
      if (rejection === undefined) {
        context.admitted = index;
        return option;
      }
      this.#failed ??= { rejection, peer: undefined };
    }
    return undefined;
  }

  #attempt(option: RouteOption, legs: readonly LegTarget[]): void {
    this.#hasRungLong = false;
    this.#round = new CallRound(option, legs, this);
    if (option.ringMs === undefined) return;
    this.#stopRinging = this.call.after(option.ringMs, () => {
      this.#hasRungLong = true;
      this.#round?.cancel({});
    });
  }

  place(option: RouteOption, leg: LegTarget, onOutcome: (outcome: LegOutcome) => void): PlacedLeg {
    return placeLeg(this.#deps.srf, this.req, {
      leg,
      headers: inviteHeaders(this.call.context, option, leg),
      onProvisional: this.#onProvisional,
      onOutcome,
      onFault: this.onFault,
    });
  }

  onFailed({ carrier }: RouteOption, leg: LegTarget, failure: LegFailure): void {
    const { context } = this.call;
    this.call.addAttempt(leg.label, failure.status);
    note(context, 'bridgeLegs', leg.label, `${failure.status}${failure.isLocal ? ', no answer' : ''}`);
    if (leg.kind !== 'gateway') return;
    // A caller who hangs up says nothing about the carrier.
    if (carrier !== undefined && failure.status !== 487) {
      context.carrierQuality.attempted(carrier.id, failure.rang || !mayTryNext(leg.kind, failure));
    }
    if (failure.isLocal) context.gatewayHealth.failed(leg.label);
    else context.gatewayHealth.responded(leg.label);
  }

  onResult(option: RouteOption, { leg, outcome }: RoundResult): void {
    this.#round = undefined;
    this.#stopRinging?.();
    this.#stopRinging = undefined;
    if (outcome.kind === 'failed') this.#goOn(option, leg, outcome.failure);
    else if (this.call.isEnded) releaseLeg(outcome);
    else this.#join(option, leg, outcome);
  }

  /** After a round of which nothing came. */
  #goOn(option: RouteOption, leg: LegTarget, failure: LegFailure): void {
    const mayProceed = this.#redirect(option, failure) || this.#mayProceed(leg, failure);
    if (this.call.isEnded) return;
    if (mayProceed) this.#proceed();
    else this.#giveUp();
  }

  #mayProceed(leg: LegTarget, failure: LegFailure): boolean {
    const peer = isPeerAnswer(leg.kind, failure) ? failure : undefined;
    this.#failed = { rejection: rejectionFor(leg.kind, failure), peer };
    return this.#hasRungLong || mayTryNext(leg.kind, failure);
  }

  /** A PBX may send the call on where its trunk is allowed to; what stood behind it counts no more. */
  #redirect(option: RouteOption, failure: LegFailure): boolean {
    const { context } = this.call;
    const onward = this.#redirects < MAX_REDIRECTS ? redirectOptions(this.#deps, context, option, failure) : [];
    if (onward.length === 0) return false;
    this.#redirects += 1;
    context.options = [...context.options.slice(0, context.admitted + 1), ...onward];
    // The other targets of this option are not asked any more.
    this.#option = undefined;
    const targets = onward.flatMap((next) => next.legs.map(({ label }) => label));
    note(context, 'bridgeLegs', `${failure.status}`, `on to ${targets.join(', ')}`);
    return true;
  }

  #join({ carrier }: RouteOption, leg: LegTarget, outcome: AnsweredLeg): void {
    const { gatewayHealth, carrierQuality } = this.call.context;
    this.call.addAttempt(leg.label, 200);
    if (leg.kind === 'gateway') gatewayHealth.responded(leg.label);
    if (carrier !== undefined) carrierQuality.attempted(carrier.id, true);
    try {
      this.#connect(this.#deps, this, leg, outcome)?.catch((error: unknown) => this.#drop(outcome, error));
    } catch (error) {
      this.#drop(outcome, error);
    }
  }

  /** It has answered, and by a fault of ours it cannot be joined. */
  #drop(outcome: AnsweredLeg, error: unknown): void {
    releaseLeg(outcome);
    this.onFault(error);
  }

  #giveUp(): void {
    if (this.call.isEnded) return;
    const failed = this.#failed ?? { rejection: { status: 480, reason: 'trunk_offline' as const }, peer: undefined };
    this.call.refuse(failed.rejection);
    if (failed.peer?.response === undefined) {
      this.#refuseCaller(failed.rejection);
      return;
    }
    const headers = answerHeaders(this.call.context, failed.peer.response);
    delete headers['Content-Type'];
    sendFinal(this.res, failed.rejection.status, headers);
  }

  #refuseCaller(rejection: Rejection): void {
    const { context } = this.call;
    refuseInvite(this.res, rejection, realmOf(context.directory, context.invite));
  }
}

/** One target after the other, or all at once where the trunk wants every phone to ring; `undefined` after the last. */
function roundOf(option: RouteOption, index: number): readonly LegTarget[] | undefined {
  const isFork = option.trunk?.contactPolicy === 'fork';
  if (isFork || option.legs.length === 1) return index === 0 ? option.legs : undefined;
  const leg = option.legs[index];
  return leg && [leg];
}
