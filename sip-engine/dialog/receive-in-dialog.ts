import type { SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import { answer, type Header } from './answer.ts';
import type { Dialog } from './dialog.ts';
import { Incoming } from './incoming.ts';
import { hasOption } from './local-contact.ts';
import { pendingOffer } from './pending-offer.ts';
import { MIN_SESSION_SEC, readSessionExpires, restartByPeer } from './session-timer.ts';
import type { DialogContext } from './types.ts';
import { cancelFor } from './uas-dialog.ts';
import { UasInvite } from './uas-invite.ts';

/** A request of the peer in a dialog that is known (RFC 3261 12.2.2). */
export function receiveInDialog(ctx: DialogContext, dialog: Dialog, transaction: ServerTransaction): void {
  const { request, flow } = transaction;
  if (!dialog.acceptRemoteSeq(request.cseq)) {
    answer(ctx, transaction, 500);
    return;
  }
  dialog.learnFlow(request, flow);
  if (dialog.owner.gone) {
    if (request.method === 'BYE') ctx.table.remove(dialog);
    answer(ctx, transaction, 481);
    return;
  }
  const refusal = refusalOf(ctx, dialog, transaction);
  if (refusal !== undefined) {
    answer(ctx, transaction, refusal.status, ...refusal.headers);
    return;
  }
  switch (request.method) {
    case 'BYE':
      receiveBye(ctx, dialog, transaction);
      return;
    case 'PRACK':
      receivePrack(ctx, dialog, transaction);
      return;
    default:
      deliver(ctx, dialog, transaction);
      return;
  }
}

interface Refusal {
  readonly status: number;
  readonly headers: readonly Header[];
}

function refusalOf(ctx: DialogContext, dialog: Dialog, transaction: ServerTransaction): Refusal | undefined {
  const { request } = transaction;
  const isInvite = request.method === 'INVITE';
  if (!isInvite && request.method !== 'UPDATE') return undefined;
  const wanted = readSessionExpires(request);
  if (wanted !== undefined && wanted.sec < MIN_SESSION_SEC && hasOption(request, 'supported', 'timer')) {
    return { status: 422, headers: [['Min-SE', String(MIN_SESSION_SEC)]] };
  }
  if (wanted !== undefined && wanted.sec < MIN_SESSION_SEC && dialog.session !== undefined) {
    return { status: 422, headers: [['Min-SE', String(MIN_SESSION_SEC)]] };
  }
  const busy = isInvite ? inviteConflict(dialog) : updateConflict(dialog, request);
  if (busy === undefined) return undefined;
  return busy === 'ours' ? { status: 491, headers: [] } : { status: 500, headers: [retryAfter(ctx)] };
}

/** RFC 3261 14.2: an INVITE of ours is under way, or an earlier one of theirs unanswered; an UPDATE just as well. */
function inviteConflict(dialog: Dialog): 'ours' | 'theirs' | undefined {
  if (dialog.ownInvite !== undefined || (dialog.state === 'early' && dialog.role === 'uac')) return 'ours';
  if (dialog.pendingIn > 0 || dialog.state === 'early' || dialog.peerUpdate !== undefined) return 'theirs';
  return dialog.ownOffer === undefined ? undefined : 'ours';
}

/** RFC 3311 5.2: one UPDATE at a time, and no offer while another one waits for its answer. */
function updateConflict(dialog: Dialog, update: SipMessage): 'ours' | 'theirs' | undefined {
  if (dialog.peerUpdate !== undefined) return 'theirs';
  return update.body.length > 0 ? pendingOffer(dialog) : undefined;
}

/** RFC 3311 5.2 and RFC 3261 14.2: a random time up to ten seconds. */
function retryAfter(ctx: DialogContext): Header {
  return ['Retry-After', String(Math.floor(ctx.random.float() * 11))];
}

function deliver(ctx: DialogContext, dialog: Dialog, transaction: ServerTransaction): void {
  const incoming = Incoming.open(ctx, transaction, dialog);
  if (transaction.isInvite) {
    dialog.pendingIn++;
    dialog.peerInvite = incoming;
    restartByPeer(ctx, dialog, transaction.request);
    incoming.invite = new UasInvite(ctx, incoming);
  }
  if (transaction.request.method === 'UPDATE') dialog.peerUpdate = incoming;
  ctx.user.onDialogRequest(incoming, dialog.id);
}

/** RFC 3261 15.1.2. The dialog is over before the application has answered. */
function receiveBye(ctx: DialogContext, dialog: Dialog, transaction: ServerTransaction): void {
  const invite = dialog.state === 'early' && dialog.role === 'uas' ? dialog.peerInvite : undefined;
  if (invite !== undefined) {
    answer(ctx, transaction, 200);
    invite.invite?.cancelled();
    ctx.user.onCancel(invite, cancelFor(invite), invite.dialogId);
    return;
  }
  const incoming = Incoming.open(ctx, transaction, dialog);
  ctx.user.onCdr({ kind: 'stop', source: 'network', detail: 'normal-release', text: transaction.request.raw });
  ctx.table.remove(dialog);
  ctx.user.onDialogRequest(incoming, dialog.id);
}

/** RFC 3262 3: matched by RAck; a PRACK that names nothing unacknowledged gets 481. */
function receivePrack(ctx: DialogContext, dialog: Dialog, transaction: ServerTransaction): void {
  const rack = /^\s*(\d+)\s+(\d+)/.exec(transaction.request.header('rack') ?? '');
  const invite = dialog.peerInvite;
  if (rack === null || invite === undefined) {
    answer(ctx, transaction, 481);
    return;
  }
  const incoming = Incoming.open(ctx, transaction, dialog);
  // What waited behind this PRACK goes out after the application has seen it.
  const peek = invite.invite?.acknowledgeProvisional(Number(rack[1]), Number(rack[2]));
  if (peek?.asked === true) {
    ctx.user.onDialogRequest(incoming, dialog.id);
    return;
  }
  answer(ctx, transaction, peek === undefined ? 481 : 200);
  incoming.finish();
}
