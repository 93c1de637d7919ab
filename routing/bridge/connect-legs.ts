import { note } from '../../telemetry/index.ts';
import { realmOf, refuseInvite } from '../answer.ts';
import { type CallContext, callerTrunk, type LegTarget } from '../call-context.ts';
import { nearestSetting } from '../nearest-setting.ts';
import type { ReceivedResponse, SrfDialog, SrfHeaders, SrfRequest, SrfResponse } from '../srf-adapter.ts';
import { audioCodec } from './audio-codec.ts';
import type { BridgeDeps } from './bridge-deps.ts';
import type { Call, CallEnd, LegsUp } from './call.ts';
import type { EarlyAnswers } from './early-answers.ts';
import { addSessionHeaders, answerHeaders } from './header-policy.ts';
import { calleeDialog, callerDialog } from './leg-dialog.ts';
import type { AnsweredLeg } from './place-leg.ts';
import { findPrivateMedia, type PrivateMediaPolicy } from './private-media.ts';
import { relayDialogs } from './relay.ts';
import { destroyDialog, releaseLeg } from './release-leg.ts';

export interface IncomingCall {
  readonly call: Call;
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  readonly early: EarlyAnswers;
  /** Told of what goes wrong in a later turn. */
  readonly onFault: (error: unknown) => void;
}

/** What joins a caller with whoever answered; a promise where that takes more than a turn. */
export type ConnectLegs = (
  deps: BridgeDeps,
  incoming: IncomingCall,
  leg: LegTarget,
  answered: AnsweredLeg,
) => Promise<void> | undefined;

/** The called side answered: answers the caller with the same session description and joins the two dialogs. */
export function connectLegs(
  deps: BridgeDeps,
  incoming: IncomingCall,
  leg: LegTarget,
  answered: AnsweredLeg,
): Promise<void> | undefined {
  const { call, early } = incoming;
  if (answered.kind === 'answered') answered.dialog.queueRequests = true;
  if (early.hasOpenPracks) {
    return early.pracks(call).then(() => connectNow(deps, incoming, leg, answered));
  }
  connectNow(deps, incoming, leg, answered);
  return undefined;
}

function connectNow(deps: BridgeDeps, incoming: IncomingCall, leg: LegTarget, answered: AnsweredLeg): void {
  const { call } = incoming;
  const { dialog } = answered;
  const localSdp = answered.kind === 'offered' ? answered.dialog.sdp : answered.dialog.remote.sdp;
  if (call.isEnded || isMediaRefused(deps, incoming, localSdp)) {
    releaseLeg(answered);
    return;
  }
  const headers = addSessionHeaders(answerHeaders(call.context, dialog.res), call.context);
  answerCaller(deps, incoming, { localSdp, headers }, (uas) => {
    try {
      joinCaller(deps, incoming, leg, answered, uas);
    } catch (fault) {
      releaseLeg(answered);
      if (uas !== undefined) destroyDialog(uas, {});
      incoming.onFault(fault);
    }
  });
}

function joinCaller(
  deps: BridgeDeps,
  incoming: IncomingCall,
  leg: LegTarget,
  answered: AnsweredLeg,
  uas: SrfDialog | undefined,
): void {
  const { call, early } = incoming;
  if (uas === undefined) {
    releaseLeg(answered);
    call.end({ reason: 'cancelled', status: 487, hungUpBy: 'caller' });
    return;
  }
  if (call.isEnded) {
    releaseLeg(answered);
    destroyDialog(uas, {});
    return;
  }
  early.joined();
  if (answered.kind === 'offered') joinOffered(deps, incoming, leg, uas, answered.dialog);
  else joinAnswered(deps, incoming, leg, uas, answered.dialog);
}

/** The 200; `join` runs in the turn it went out in, so that an ACK or BYE right behind it finds who listens. */
function answerCaller(
  { srf }: BridgeDeps,
  { req, res }: IncomingCall,
  options: { readonly localSdp: string; readonly headers: SrfHeaders },
  join: (uas: SrfDialog | undefined) => void,
): void {
  let isTold = false;
  srf.createUAS(req, res, options, (_error, uas) => {
    // srf tells of a CANCEL, and then still of the 200 that crossed it.
    if (isTold) {
      if (uas !== undefined) destroyDialog(uas, {});
      return;
    }
    isTold = true;
    join(uas);
  });
}

/** The stricter of what is set for the two sides. */
function privateMediaPolicy({ privateMedia }: BridgeDeps, context: CallContext): PrivateMediaPolicy {
  const callee = context.options[context.admitted]?.trunk;
  const set = [callerTrunk(context), callee].map((trunk) =>
    nearestSetting(context.directory, { trunk, carrier: undefined }, 'privateMedia'),
  );
  return set.find((policy) => policy === 'refuse') ?? set.find((policy) => policy !== undefined) ?? privateMedia;
}

/** Names addresses that cannot reach each other; with the policy `refuse` the call ends here. */
function isMediaRefused(deps: BridgeDeps, { call, req, res }: IncomingCall, calleeSdp: string): boolean {
  const found = findPrivateMedia(req.body, calleeSdp);
  if (found === undefined) return false;
  note(call.context, 'bridgeLegs', `media at ${found}`, 'both private: audio needs a shared network or anchored media');
  if (privateMediaPolicy(deps, call.context) === 'warn') return false;
  const rejection = { status: 488, reason: 'media_unreachable', sentence: `Media at ${found}.` } as const;
  call.refuse(rejection);
  refuseInvite(res, rejection, realmOf(call.context.directory, call.context.invite));
  return true;
}

function joinAnswered(deps: BridgeDeps, incoming: IncomingCall, leg: LegTarget, uas: SrfDialog, uac: SrfDialog): void {
  uas.once('ack', () => {
    uac.queueRequests = false;
  });
  if (!uac.connected) {
    destroyDialog(uas, {});
    incoming.call.end({ reason: 'answered', status: 200, hungUpBy: 'callee' });
    return;
  }
  bringUp(deps, incoming, leg, uas, uac);
}

/** INVITE without an offer: the caller's ACK carries the answer to the called side's offer (RFC 3261 13.2.1). */
function joinOffered(
  deps: BridgeDeps,
  incoming: IncomingCall,
  leg: LegTarget,
  uas: SrfDialog,
  offered: Extract<AnsweredLeg, { readonly kind: 'offered' }>['dialog'],
): void {
  const { call } = incoming;
  let isJoined = false;
  const drop = (end: CallEnd) => {
    if (isJoined) return;
    offered.destroy().catch(() => undefined);
    call.end(end);
  };
  call.onTearDown((end) => {
    destroyDialog(uas, {});
    drop(end);
  });
  uas.on('destroy', () => drop({ reason: 'answered', status: 200, hungUpBy: 'caller' }));
  call.answer(legsOf(incoming, leg, uas, offered.res));
  uas.once('ack', (ack) => {
    if (call.isEnded) return;
    isJoined = true;
    offered
      .ack(ack.body)
      .then(
        (uac) => bringUpOrDrop(deps, incoming, leg, uas, uac),
        () => {
          destroyDialog(uas, {});
          call.end({ reason: 'pbx_failed', status: 200, sentence: 'The called side gave no Contact in its answer.' });
        },
      )
      .catch(incoming.onFault);
  });
}

/** In a turn of its own: nobody else ends the two sides when it fails. */
function bringUpOrDrop(deps: BridgeDeps, incoming: IncomingCall, leg: LegTarget, uas: SrfDialog, uac: SrfDialog): void {
  try {
    bringUp(deps, incoming, leg, uas, uac);
  } catch (fault) {
    destroyDialog(uas, {});
    destroyDialog(uac, {});
    throw fault;
  }
}

function bringUp(deps: BridgeDeps, incoming: IncomingCall, leg: LegTarget, uas: SrfDialog, uac: SrfDialog): void {
  const { call } = incoming;
  call.onTearDown((end) => {
    const headers = { Reason: `SIP;cause=200;text="${end.reason}"` };
    destroyDialog(uas, headers);
    destroyDialog(uac, headers);
  });
  call.after(call.context.config.maxDurationSec * 1000, () => {
    call.hangUp({ reason: 'max_duration', status: 200, hungUpBy: 'server' });
  });
  relayDialogs(deps, call, uas, uac, uac.res.source_address || leg.remoteAddress);
  call.answer(legsOf(incoming, leg, uas, uac.res));
  if (call.isEnded) destroyDialog(uac, {});
}

function legsOf({ call, req }: IncomingCall, leg: LegTarget, uas: SrfDialog, answer: ReceivedResponse): LegsUp {
  const { context } = call;
  const dialog = calleeDialog(answer, leg, context.options[context.admitted]?.trunk?.id);
  return {
    caller: callerDialog(req, uas, callerTrunk(context)?.id),
    callee: {
      callId: answer.get('call-id') ?? '',
      remote: `${answer.source_address}:${answer.source_port}`,
      contact: dialog.target,
      dialog,
    },
    codec: audioCodec(answer.body),
  };
}
