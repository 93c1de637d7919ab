import type { OutgoingMessage } from '../message/index.ts';
import type { Incoming } from './incoming.ts';
import { localContact } from './local-contact.ts';
import { sessionOf } from './session-body.ts';
import { restartByPeer } from './session-timer.ts';
import { expireAfterNotify, expireAfterSubscribe } from './subscription-expiry.ts';
import type { DialogContext, RespondResult } from './types.ts';
import { contactScheme, createUasDialog, refreshByPeer } from './uas-dialog.ts';
import { UNKNOWN_TRANSACTION } from './uas-invite.ts';

/** The application's answer to anything received. */
export function respond(ctx: DialogContext, incoming: Incoming, response: OutgoingMessage): RespondResult {
  if (incoming.finished || incoming.transaction.ended) return { ok: false, reason: UNKNOWN_TRANSACTION };
  if (incoming.flow.reliable && incoming.flow.closed) return { ok: false, reason: UNKNOWN_TRANSACTION };
  if (incoming.invite !== undefined) return incoming.invite.respond(response);
  if (response.status < 200) {
    incoming.transaction.respond(response);
    return { ok: true, sent: response, dialogId: echoedDialogId(incoming) };
  }
  const method = incoming.message.method;
  const isSuccess = response.status < 300;
  if (method === 'SUBSCRIBE' && (isSuccess || incoming.dialog !== undefined)) addContact(ctx, incoming, response);
  if (method === 'SUBSCRIBE' && isSuccess && incoming.dialog === undefined) openSubscription(ctx, incoming, response);
  if (method === 'UPDATE' && isSuccess && incoming.dialog !== undefined) {
    refreshByPeer(ctx, incoming.dialog, incoming);
    restartByPeer(ctx, incoming.dialog, incoming.message);
    incoming.dialog.localSession = sessionOf(response) ?? incoming.dialog.localSession;
  }
  if (method === 'SUBSCRIBE' && isSuccess && incoming.dialog !== undefined) {
    expireAfterSubscribe(ctx, incoming.dialog, incoming.message, response);
  }
  incoming.transaction.respond(response);
  incoming.finish();
  if (method === 'NOTIFY') endSubscription(ctx, incoming);
  return { ok: true, sent: response, dialogId: echoedDialogId(incoming) };
}

/** Empty for BYE and for an UPDATE before the final answer, as applications know it. */
function echoedDialogId(incoming: Incoming): string {
  const { dialog, message } = incoming;
  if (message.method === 'SUBSCRIBE') return incoming.dialogId;
  if (dialog === undefined || message.method === 'BYE') return '';
  return message.method === 'UPDATE' && dialog.state === 'early' ? '' : dialog.id;
}

function addContact(ctx: DialogContext, incoming: Incoming, response: OutgoingMessage): void {
  if (response.has('contact')) return;
  const own = incoming.dialog?.localContact;
  response.set('Contact', own ?? localContact(ctx.transport, incoming.flow, contactScheme(incoming.message.uri)));
}

/** RFC 6665 4.2.1: a 2xx to SUBSCRIBE makes the notifier's dialog. */
function openSubscription(ctx: DialogContext, incoming: Incoming, response: OutgoingMessage): void {
  for (const line of incoming.message.headerLines('record-route')) response.add('Record-Route', line);
  const dialog = createUasDialog(ctx, incoming, response, incoming.owner ?? { gone: true });
  dialog.state = 'confirmed';
  ctx.table.add(dialog);
  expireAfterSubscribe(ctx, dialog, incoming.message, response);
}

/** RFC 6665 4.4.1: the final NOTIFY ends a dialog that SUBSCRIBE made, not one of an INVITE. */
function endSubscription(ctx: DialogContext, incoming: Incoming): void {
  const { dialog, message } = incoming;
  if (dialog?.usage !== 'SUBSCRIBE') return;
  if (/^\s*terminated/i.test(message.header('subscription-state') ?? '')) ctx.table.remove(dialog);
  else expireAfterNotify(ctx, dialog, message);
}
