import { OutgoingMessage, parseMessage, type SipMessage } from '../message/index.ts';
import { Dialog } from './dialog.ts';
import type { Incoming } from './incoming.ts';
import { localContact } from './local-contact.ts';
import { natRouteOfCallee, natRouteOfCaller } from './nat.ts';
import { contactOf, routeSetOf, uriOf } from './route-set.ts';
import type { DialogContext, Owner } from './types.ts';

/** RFC 3261 12.1.1: the callee's side, made by the first response above 100 that carries our tag. */
export function createUasDialog(
  ctx: DialogContext,
  incoming: Incoming,
  response: OutgoingMessage,
  owner: Owner,
): Dialog {
  const { message, flow } = incoming;
  const contact = contactOf(message);
  const routeSet = routeSetOf(message, 'uas');
  return new Dialog({
    id: incoming.dialogId,
    role: 'uas',
    usage: message.method,
    callId: message.callId,
    localTag: incoming.localTag,
    remoteTag: message.fromTag,
    localAddress: response.header('to') ?? '',
    remoteAddress: message.header('from') ?? '',
    localSeq: 1,
    remoteSeq: message.cseq,
    routeSet,
    remoteTarget: contact ?? uriOf(message.header('from') ?? '') ?? '',
    localContact: response.header('contact') ?? localContact(ctx.transport, flow, contactScheme(message.uri)),
    flow,
    listenPoint: ctx.transport.listenPointOf(flow),
    natRoute: natRouteOfCaller(ctx.options.natDetection, flow, contact, routeSet),
    owner,
  });
}

/** RFC 3261 12.1.1: a `sips` request gets a `sips` Contact. */
export function contactScheme(requestUri: string): 'sip' | 'sips' {
  return !requestUri.startsWith('sip:') && /^sips:/i.test(requestUri) ? 'sips' : 'sip';
}

/** RFC 3261 12.2.2: the Contact of a re-INVITE or UPDATE becomes the target, seen through NAT as at first. */
export function refreshByPeer(ctx: DialogContext, dialog: Dialog, incoming: Incoming): void {
  const { message, flow } = incoming;
  const contact = contactOf(message);
  if (contact === undefined) return;
  dialog.remoteTarget = contact;
  const { natDetection } = ctx.options;
  if (natDetection === 'off' || dialog.routeSet.length > 0) return;
  if (dialog.role === 'uas') dialog.natRoute = natRouteOfCaller(natDetection, flow, contact, []);
  else dialog.natRoute = natRouteOfCallee(natDetection, flow, contact, dialog.routeSet, 'INVITE');
}

/** The CANCEL that the caller did not send: how an application hears that an INVITE is over. */
export function cancelFor(incoming: Incoming): SipMessage {
  const { message } = incoming;
  const cancel = OutgoingMessage.request('CANCEL', message.uri);
  for (const name of ['Via', 'From', 'To', 'Call-ID']) cancel.set(name, message.header(name.toLowerCase()) ?? '');
  cancel.set('CSeq', `${message.cseq} CANCEL`);
  return parseMessage(cancel.toBuffer());
}
