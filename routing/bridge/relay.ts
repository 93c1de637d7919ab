import type { Rejection } from '../../telemetry/index.ts';
import { realmOf, refuseInvite } from '../answer.ts';
import { type CallContext, callerTrunk } from '../call-context.ts';
import type { SrfResponse } from '../srf-adapter.ts';
import { type DialogEvent, type SrfDialog, type SrfRequest, toInboundRequest } from '../srf-adapter.ts';
import type { BridgeDeps } from './bridge-deps.ts';
import type { Call, CallEnd, LegsUp } from './call.ts';
import { refreshedDialog } from './leg-dialog.ts';
import { relayReinvite, relayRequest } from './relay-request.ts';
import { destroyDialog } from './release-leg.ts';

type Side = 'caller' | 'callee';

interface Leg {
  readonly side: Side;
  readonly dialog: SrfDialog;
  /** Where its requests came from last. */
  address: string;
}

/** Passes what one side asks inside the call to the other, and ends both when one ends. */
export function relayDialogs(
  deps: BridgeDeps,
  call: Call,
  uas: SrfDialog,
  uac: SrfDialog,
  calleeAddress: string,
): void {
  const caller: Leg = { side: 'caller', dialog: uas, address: call.context.invite.request.sourceAddress };
  const callee: Leg = { side: 'callee', dialog: uac, address: calleeAddress };
  relayOneWay(deps, call, caller, callee);
  relayOneWay(deps, call, callee, caller);
}

function relayOneWay(deps: BridgeDeps, call: Call, from: Leg, to: Leg): void {
  const forward = (event: DialogEvent, act: (req: SrfRequest, res: SrfResponse) => void) => {
    from.dialog.on(event, (req, res) => {
      if (!isAllowed(deps, call, from, req, res)) return;
      call.update((legs) => refreshLeg(legs, from.side, req));
      act(req, res);
    });
  };
  forward('modify', (req, res) => relayReinvite(from.dialog, to.dialog, req, res));
  forward('update', (req, res) => {
    // RFC 4028 section 7.4: an UPDATE without a body only refreshes the session of its own leg.
    if (req.body === '' || req.body === undefined) res.send(200, undefined, {});
    else relayRequest(to.dialog, req, res);
  });
  for (const event of ['info', 'notify', 'message'] as const) {
    forward(event, (req, res) => relayRequest(to.dialog, req, res));
  }
  forward('refer', (req, res) => {
    if (deps.referPolicy === 'pass') relayRequest(to.dialog, req, res);
    else res.send(603, undefined, {});
  });
  from.dialog.on('destroy', (bye, reason) => {
    if (call.isEnded) return;
    call.end(endOf(from.side, reason));
    const cause = bye.get('reason');
    destroyDialog(to.dialog, cause === undefined ? {} : { Reason: cause });
  });
}

function refreshLeg(legs: LegsUp, side: Side, req: SrfRequest): LegsUp | undefined {
  const dialog = refreshedDialog(side === 'caller' ? legs.caller : legs.callee.dialog, req);
  if (dialog === undefined) return undefined;
  return side === 'caller' ? { ...legs, caller: dialog } : { ...legs, callee: { ...legs.callee, dialog } };
}

/** A BYE of the far end, or one that the engine made because the far end stopped talking to it. */
function endOf(side: Side, reason: string): CallEnd {
  if (reason === 'normal release') return { reason: 'answered', status: 200, hungUpBy: side };
  const sentence = `The ${side}'s side ended by itself: ${reason}.`;
  return { reason: 'session_expired', status: 200, sentence, hungUpBy: 'server' };
}

/**
 * Requests of a dialog come from the leg's address, whatever the port; from another one re-INVITE, REFER and
 * MESSAGE have to be proved (interface.md, "What is challenged").
 */
function isAllowed(deps: BridgeDeps, call: Call, leg: Leg, req: SrfRequest, res: SrfResponse): boolean {
  const mustProve = req.method === 'INVITE' || req.method === 'REFER' || req.method === 'MESSAGE';
  if (!mustProve || leg.address === '' || req.source_address === leg.address) return true;
  const rejection = proveOther(deps, call.context, leg, req);
  if (rejection === undefined) {
    leg.address = req.source_address;
    return true;
  }
  refuseInvite(res, rejection, realmOf(call.context.directory, call.context.invite));
  return false;
}

function proveOther(deps: BridgeDeps, context: CallContext, leg: Leg, req: SrfRequest): Rejection | undefined {
  const called = context.options[context.admitted];
  const trunk = leg.side === 'caller' ? callerTrunk(context) : called?.trunk;
  const carrier = leg.side === 'caller' ? carrierOfSource(context) : called?.carrier;
  if (carrier !== undefined) {
    const node = context.carrierNodes.carrierFrom(req.source_address, '');
    const isSame =
      context.directory.findCarrierBySource(req.source_address)?.id === carrier.id || node?.carrierId === carrier.id;
    return isSame ? undefined : { status: 403, reason: 'source_unknown' };
  }
  if (trunk === undefined) return { status: 403, reason: 'source_unknown' };
  if (trunk.authType === 'ip') {
    const isListed = context.directory.findIpTrunks(req.source_address).some((listed) => listed.id === trunk.id);
    return isListed ? undefined : { status: 403, reason: 'source_unknown' };
  }
  const verdict = deps.auth.authenticate(toInboundRequest(req));
  if (verdict.kind === 'rejected') return verdict.rejection;
  return verdict.trunk.id === trunk.id ? undefined : { status: 403, reason: 'aor_mismatch' };
}

function carrierOfSource(context: CallContext) {
  return context.source?.kind === 'carrier' ? context.source.carrier : undefined;
}
