import type { Rejection } from '../../telemetry/index.ts';
import { realmOf, refuseInvite } from '../answer.ts';
import { type CallContext, callerTrunk } from '../call-context.ts';
import { nearestSetting } from '../nearest-setting.ts';
import { type DialogEvent, listenToDialog, type SrfDialog, type SrfRequest, type SrfResponse } from '../srf-adapter.ts';
import { toInboundRequest } from '../srf-request.ts';
import type { BridgeDeps, ReferPolicy } from './bridge-deps.ts';
import type { Call, CallEnd, LegsUp } from './call.ts';
import { refreshedDialog } from './leg-dialog.ts';
import { type Leg, LegPair } from './leg-pair.ts';
import { relayReinvite, relayRequest } from './relay-request.ts';
import { destroyDialog } from './release-leg.ts';
import { startTransfer } from './transfer.ts';

/** Passes what one side asks inside the call to the other, and ends both when one ends. */
export function relayDialogs(
  deps: BridgeDeps,
  call: Call,
  uas: SrfDialog,
  uac: SrfDialog,
  calleeAddress: string,
): void {
  const { source, invite, options, admitted } = call.context;
  const caller: Leg = {
    side: 'caller',
    recordedAs: 'caller',
    call,
    dialog: uas,
    trunk: callerTrunk(call.context),
    carrier: source?.kind === 'carrier' ? source.carrier : undefined,
    address: invite.request.sourceAddress,
  };
  const { trunk, carrier } = options[admitted] ?? {};
  const callee: Leg = {
    side: 'callee',
    recordedAs: 'callee',
    call,
    dialog: uac,
    trunk,
    carrier,
    address: calleeAddress,
  };
  const pair = new LegPair(caller, callee);
  relayFrom(deps, call, pair, caller);
  relayFrom(deps, call, pair, callee);
}

/** What the requests of one leg need to be passed on. */
interface Relay {
  readonly deps: BridgeDeps;
  readonly call: Call;
  readonly pair: LegPair;
  readonly from: Leg;
}

/** Listens to one leg for as long as it is one of the two. */
function relayFrom(deps: BridgeDeps, call: Call, pair: LegPair, from: Leg): void {
  const relay: Relay = { deps, call, pair, from };
  listenToDialog(from.dialog, (event, req, res) => passOn(relay, event, req, res));
  if (from.trunk !== undefined && referPolicy(deps, call, from) === 'local') deps.joinedLegs.add({ leg: from, pair });
  from.dialog.on('destroy', (bye, reason) => legEnded(call, pair, from, endOf(from.side, reason), bye.get('reason')));
}

function passOn(relay: Relay, event: DialogEvent, req: SrfRequest, res: SrfResponse): void {
  const { deps, call, pair, from } = relay;
  const to = pair.otherOf(from);
  if (to === undefined) {
    res.send(481, undefined, {});
    return;
  }
  if (!isAllowed(deps, call, from, req, res)) return;
  from.call.update((legs) => refreshLeg(legs, from.recordedAs, req));
  if (event === 'modify') relayReinvite(from.dialog, to.dialog, req, res);
  // RFC 4028 section 7.4: an UPDATE without a body only refreshes the session of its own leg.
  else if (event === 'update' && (req.body === '' || req.body === undefined)) res.send(200, undefined, {});
  else if (event === 'refer') transfer(relay, req, res, to);
  else relayRequest(to.dialog, req, res);
}

function transfer({ deps, call, pair, from }: Relay, req: SrfRequest, res: SrfResponse, to: Leg): void {
  const policy = referPolicy(deps, call, from);
  const listen = (leg: Leg) => relayFrom(deps, call, pair, leg);
  if (policy === 'pass') relayRequest(to.dialog, req, res);
  else if (policy === 'local') startTransfer(deps, { call, pair, transferor: from, req, res, listen });
  else res.send(603, undefined, {});
}

function referPolicy(deps: BridgeDeps, call: Call, from: Leg): ReferPolicy {
  return nearestSetting(call.context.directory, from, 'refer') ?? deps.referPolicy;
}

function legEnded(call: Call, pair: LegPair, from: Leg, end: CallEnd, cause: string | undefined): void {
  const to = pair.otherOf(from);
  if (to === undefined || call.isEnded) return;
  if (pair.pending?.transferor === from) {
    pair.pending.transferorLeft();
    return;
  }
  pair.pending?.abandon();
  call.end(end);
  pair.endLinked(end);
  destroyDialog(to.dialog, cause === undefined ? {} : { Reason: cause });
}

function refreshLeg(legs: LegsUp, side: Leg['recordedAs'], req: SrfRequest): LegsUp | undefined {
  const known = side === 'caller' ? legs.caller : legs.callee.dialog;
  const dialog = known && refreshedDialog(known, req);
  if (dialog === undefined) return undefined;
  return side === 'caller' ? { ...legs, caller: dialog } : { ...legs, callee: { ...legs.callee, dialog } };
}

/** A BYE of the far end, or one that the engine made because the far end stopped talking to it. */
function endOf(side: Leg['side'], reason: string): CallEnd {
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

function proveOther(
  deps: BridgeDeps,
  { directory, carrierNodes }: CallContext,
  { trunk, carrier }: Leg,
  req: SrfRequest,
): Rejection | undefined {
  const address = req.source_address;
  if (carrier !== undefined) {
    const isSame =
      directory.findCarrierBySource(address)?.id === carrier.id ||
      carrierNodes.carrierFrom(address, '')?.carrierId === carrier.id;
    return isSame ? undefined : { status: 403, reason: 'source_unknown' };
  }
  if (trunk === undefined) return { status: 403, reason: 'source_unknown' };
  if (trunk.authType === 'ip') {
    const isListed = directory.findIpTrunks(address).some((listed) => listed.id === trunk.id);
    return isListed ? undefined : { status: 403, reason: 'source_unknown' };
  }
  const verdict = deps.auth.authenticate(toInboundRequest(req));
  if (verdict.kind === 'rejected') return verdict.rejection;
  return verdict.trunk.id === trunk.id ? undefined : { status: 403, reason: 'aor_mismatch' };
}
