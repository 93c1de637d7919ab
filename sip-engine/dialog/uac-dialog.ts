import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import { Dialog } from './dialog.ts';
import { natRouteOfCallee, natRouteOfCaller, sourceOf } from './nat.ts';
import { contactOf, routeSetOf, uriOf } from './route-set.ts';
import { sessionOf } from './session-body.ts';
import type { DialogContext, Owner } from './types.ts';
import { isContactSpoken, isSpoken } from './usable-contact.ts';

/** RFC 3261 12.1.2: the caller's side, made by a response with a To tag. */
export function createUacDialog(
  ctx: DialogContext,
  id: string,
  owner: Owner,
  request: OutgoingMessage,
  response: SipMessage,
  flow: Flow,
): Dialog {
  const routeSet = routeSetOf(response, 'uac');
  const contact = contactOf(response);
  const ownContact = request.header('contact') ?? '';
  const dialog = new Dialog({
    id,
    role: 'uac',
    usage: response.cseqMethod,
    callId: response.callId,
    localTag: response.fromTag,
    remoteTag: response.toTag,
    localAddress: request.header('from') ?? '',
    remoteAddress: response.header('to') ?? '',
    localSeq: response.cseq,
    remoteSeq: -1,
    routeSet,
    // A 2xx without a Contact of use leaves only the way the INVITE took.
    remoteTarget: contact ?? request.uri,
    localContact: ownContact,
    flow,
    listenPoint: ctx.transport.listenPointOf(flow),
    natRoute: natRouteFor(ctx, response, flow, contact, routeSet),
    owner,
  });
  dialog.localSession = sessionOf(request);
  if (request.method === 'INVITE' && request.body.length > 0) dialog.ownOffer = request;
  return dialog;
}

/** RFC 6665 4.4.1: the subscriber's side, made by a NOTIFY that overtook the 2xx to its SUBSCRIBE. */
export function createSubscriberDialog(
  ctx: DialogContext,
  id: string,
  owner: Owner,
  subscribe: OutgoingMessage,
  notify: SipMessage,
  flow: Flow,
): Dialog {
  const routeSet = routeSetOf(notify, 'uas');
  const contact = contactOf(notify);
  const dialog = new Dialog({
    id,
    role: 'uac',
    usage: 'SUBSCRIBE',
    callId: notify.callId,
    localTag: notify.toTag,
    remoteTag: notify.fromTag,
    localAddress: subscribe.header('from') ?? '',
    remoteAddress: notify.header('from') ?? '',
    localSeq: Number.parseInt(subscribe.header('cseq') ?? '', 10) || 1,
    remoteSeq: -1,
    routeSet,
    remoteTarget: contact ?? subscribe.uri,
    localContact: subscribe.header('contact') ?? '',
    flow,
    listenPoint: ctx.transport.listenPointOf(flow),
    natRoute: natRouteOfCaller(ctx.options.natDetection, flow, contact, routeSet),
    owner,
  });
  dialog.state = 'confirmed';
  return dialog;
}

/** RFC 3261 13.2.2.4: the 2xx decides the route set, whatever an earlier provisional said. */
export function confirmUacDialog(ctx: DialogContext, dialog: Dialog, response: SipMessage, flow: Flow): void {
  const routeSet = routeSetOf(response, 'uac');
  const contact = contactOf(response);
  dialog.state = 'confirmed';
  dialog.routeSet = routeSet;
  dialog.remoteTarget = contact ?? dialog.remoteTarget;
  dialog.remoteAddress = response.header('to') ?? dialog.remoteAddress;
  dialog.natRoute = natRouteFor(ctx, response, flow, contact, routeSet);
}

/** RFC 3261 12.2.1.2 and 12.2.2: Contact of a target refresh replaces the remote target. */
export function refreshTarget(dialog: Dialog, message: SipMessage): void {
  dialog.remoteTarget = contactOf(message) ?? dialog.remoteTarget;
}

function natRouteFor(
  ctx: DialogContext,
  response: SipMessage,
  flow: Flow,
  contact: string | undefined,
  routeSet: readonly string[],
) {
  const first = routeSet[0];
  // RFC 3261 13.2.2.4: the 2xx must be acknowledged, and its source is the only way left.
  if (first === undefined ? isUseless(ctx, response, contact) : !isNextSpoken(ctx, first)) return sourceOf(flow);
  return natRouteOfCallee(ctx.options.natDetection, flow, contact, routeSet, response.cseqMethod);
}

function isUseless({ transport }: DialogContext, response: SipMessage, contact: string | undefined): boolean {
  return contact === undefined ? response.header('contact') !== undefined : !isContactSpoken(transport, contact);
}

function isNextSpoken({ transport }: DialogContext, route: string): boolean {
  const next = uriOf(route);
  return next !== undefined && isSpoken(transport, next);
}
