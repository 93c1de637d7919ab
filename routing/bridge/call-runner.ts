import { note, type Rejection } from '../../telemetry/index.ts';
import { claimsFor, refuse, tooFast } from '../admit-call.ts';
import { realmOf, refuseInvite, sendFinal } from '../answer.ts';
import type { LegTarget, RouteOption } from '../call-context.ts';
import type { SrfHeaders, SrfRequest, SrfResponse } from '../srf-adapter.ts';
import type { BridgeDeps } from './bridge-deps.ts';
import type { Call, CallEnd } from './call.ts';
import { callRound, type Round } from './call-round.ts';
import { type ConnectLegs, connectLegs } from './connect-legs.ts';
import { EarlyAnswers } from './early-answers.ts';
import { answerHeaders, inviteHeaders } from './header-policy.ts';
import { isPeerAnswer, type LegFailure, mayTryNext, rejectionFor } from './leg-outcome.ts';
import { type AnsweredLeg, placeLeg } from './place-leg.ts';
import { MAX_REDIRECTS, redirectOptions } from './redirect.ts';
import { releaseLeg } from './release-leg.ts';

interface Failed {
  readonly rejection: Rejection;
  /** The far end's own answer, `undefined` where we decided. */
  readonly peer: LegFailure | undefined;
}

/** Calls the targets one after the other and joins the first that answers with the caller. */
export class CallRunner {
  readonly #deps: BridgeDeps;
  readonly #call: Call;
  readonly #req: SrfRequest;
  readonly #res: SrfResponse;
  readonly #early: EarlyAnswers;
  readonly #connect: ConnectLegs;
  #round: Round | undefined;
  #failed: Failed | undefined;
  #redirects = 0;

  constructor(deps: BridgeDeps, call: Call, req: SrfRequest, res: SrfResponse, connect: ConnectLegs = connectLegs) {
    this.#deps = deps;
    this.#call = call;
    this.#req = req;
    this.#res = res;
    this.#connect = connect;
    this.#early = new EarlyAnswers(call.context, req, res);
  }

  async run(): Promise<void> {
    this.#watch();
    for (const option of this.#admittedOptions()) {
      const redirects = this.#redirects;
      for (const legs of roundsOf(option)) {
        // Sent on: the other targets of this option are not asked any more.
        if (redirects !== this.#redirects) break;
        const next = await this.#attempt(option, legs);
        if (next === 'joined' || this.#call.isEnded) return;
        if (next === 'stop') return this.#giveUp();
      }
    }
    this.#giveUp();
  }

  /** What ends a call that is being set up: the caller, nobody answering, or we ourselves. */
  #watch(): void {
    const { context } = this.#call;
    this.#req.on('cancel', (cancel) => {
      const reason = cancel.get('reason');
      this.#round?.cancel(reason === undefined ? {} : { Reason: reason });
      this.#call.end({ reason: 'cancelled', status: 487, hungUpBy: 'caller' });
    });
    this.#call.onTearDown((end) => this.#tearDown(end));
    const stop = this.#call.after(context.config.ringTimeoutSec * 1000, () => {
      if (!this.#call.isAnswered) this.#call.hangUp({ reason: 'no_answer', status: 480, hungUpBy: 'server' });
    });
    this.#early.onJoined(stop);
  }

  #tearDown(end: CallEnd): void {
    const headers: SrfHeaders = { Reason: `SIP;cause=${end.status || 503};text="${end.reason}"` };
    this.#round?.cancel(headers);
    this.#refuseCaller({ status: end.status || 503, reason: end.reason });
  }

  /** The options from the admitted one on; each next one needs places of its own. */
  *#admittedOptions(): Generator<RouteOption> {
    const { context } = this.#call;
    for (let index = context.admitted; index < context.options.length; index++) {
      const option = context.options[index];
      if (option === undefined) continue;
      if (index !== context.admitted) {
        const busy = option.rate === undefined ? undefined : context.effects.takeRates([option.rate]);
        if (busy !== undefined) {
          this.#failed ??= { rejection: tooFast(busy), peer: undefined };
          continue;
        }
        // Sent on, it costs somebody more than the call did so far.
        const unpaid = option.payerAccountId === undefined ? undefined : context.effects.checkFunds(context, option);
        if (unpaid !== undefined) {
          this.#failed ??= { rejection: unpaid, peer: undefined };
          continue;
        }
        const result = this.#deps.admission.acquire(
          context.uuid,
          claimsFor(context, option),
          this.#deps.leaseUntilMs(),
        );
        if (!result.ok) {
          this.#failed ??= { rejection: refuse(result), peer: undefined };
          continue;
        }
        context.admitted = index;
      }
      yield option;
    }
  }

  async #attempt(option: RouteOption, legs: readonly LegTarget[]): Promise<'joined' | 'next' | 'stop'> {
    const { context } = this.#call;
    const onProvisional = this.#early.relay.bind(this.#early);
    this.#round = callRound(
      legs,
      (leg) =>
        placeLeg(this.#deps.srf, this.#req, { leg, headers: inviteHeaders(context, option, leg), onProvisional }),
      (leg, failure) => this.#noteFailure(option, leg, failure),
    );
    const ringing = this.#limitRinging(option);
    const { leg, outcome } = await this.#round.result;
    this.#round = undefined;
    ringing.stop();
    if (outcome.kind !== 'failed') {
      if (this.#call.isEnded) releaseLeg(outcome);
      else await this.#join(option, leg, outcome);
      return 'joined';
    }
    const { failure } = outcome;
    if (this.#redirect(option, failure)) return 'next';
    const peer = isPeerAnswer(leg.kind, failure) ? failure : undefined;
    this.#failed = { rejection: rejectionFor(leg.kind, failure), peer };
    return ringing.isOver || mayTryNext(leg.kind, failure) ? 'next' : 'stop';
  }

  /** A PBX may send the call on where its trunk is allowed to; what stood behind it counts no more. */
  #redirect(option: RouteOption, failure: LegFailure): boolean {
    const { context } = this.#call;
    const onward = this.#redirects < MAX_REDIRECTS ? redirectOptions(this.#deps, context, option, failure) : [];
    if (onward.length === 0) return false;
    this.#redirects += 1;
    context.options = [...context.options.slice(0, context.admitted + 1), ...onward];
    note(
      context,
      'bridgeLegs',
      `${failure.status}`,
      `on to ${onward.flatMap((next) => next.legs.map((leg) => leg.label)).join(', ')}`,
    );
    return true;
  }

  /** F-116: calls an option back that lets it ring for too long. */
  #limitRinging({ ringMs }: RouteOption): { readonly isOver: boolean; stop(): void } {
    const ringing: { isOver: boolean; stop(): void } = { isOver: false, stop: () => undefined };
    if (ringMs === undefined) return ringing;
    ringing.stop = this.#call.after(ringMs, () => {
      ringing.isOver = true;
      this.#round?.cancel({});
    });
    return ringing;
  }

  #noteFailure({ carrier }: RouteOption, leg: LegTarget, failure: LegFailure): void {
    const { context } = this.#call;
    this.#call.addAttempt(leg.label, failure.status);
    note(context, 'bridgeLegs', leg.label, `${failure.status}${failure.isLocal ? ', no answer' : ''}`);
    if (leg.kind !== 'gateway') return;
    // A caller who hangs up says nothing about the carrier.
    if (carrier !== undefined && failure.status !== 487) {
      context.carrierQuality.attempted(carrier.id, failure.rang || !mayTryNext(leg.kind, failure));
    }
    if (failure.isLocal) context.gatewayHealth.failed(leg.label);
    else context.gatewayHealth.responded(leg.label);
  }

  async #join({ carrier }: RouteOption, leg: LegTarget, outcome: AnsweredLeg): Promise<void> {
    const { gatewayHealth, carrierQuality } = this.#call.context;
    this.#call.addAttempt(leg.label, 200);
    if (leg.kind === 'gateway') gatewayHealth.responded(leg.label);
    if (carrier !== undefined) carrierQuality.attempted(carrier.id, true);
    const incoming = { call: this.#call, req: this.#req, res: this.#res, early: this.#early };
    await this.#connect(this.#deps, incoming, leg, outcome);
  }

  #giveUp(): void {
    if (this.#call.isEnded) return;
    const failed = this.#failed ?? { rejection: { status: 480, reason: 'trunk_offline' as const }, peer: undefined };
    this.#call.refuse(failed.rejection);
    if (failed.peer?.response === undefined) {
      this.#refuseCaller(failed.rejection);
      return;
    }
    const headers = answerHeaders(this.#call.context, failed.peer.response);
    delete headers['Content-Type'];
    sendFinal(this.#res, failed.rejection.status, headers);
  }

  #refuseCaller(rejection: Rejection): void {
    const { context } = this.#call;
    refuseInvite(this.#res, rejection, realmOf(context.directory, context.invite));
  }
}

/** One target after the other, or all at once where the trunk wants every phone to ring. */
function roundsOf(option: RouteOption): readonly (readonly LegTarget[])[] {
  if (option.trunk?.contactPolicy === 'fork') return [option.legs];
  return option.legs.map((leg) => [leg]);
}
