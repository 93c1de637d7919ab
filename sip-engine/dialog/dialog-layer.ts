import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import { ShortLivedMap } from '../short-lived-map.ts';
import type { ServerTransaction, TransactionUser } from '../transaction/types.ts';
import type { Flow } from '../transport/types.ts';
import { resendAck } from './ack.ts';
import { answer } from './answer.ts';
import { type Dialog, dialogId } from './dialog.ts';
import { DialogTable } from './dialog-table.ts';
import { Incoming } from './incoming.ts';
import { endOrphans, endUnanswered, forgetOrphans } from './orphans.ts';
import type { Outgoing } from './outgoing.ts';
import { receiveInDialog } from './receive-in-dialog.ts';
import { respond } from './respond.ts';
import {
  cancelInvite,
  cancelOutgoing,
  type Decorate,
  sendAckIn,
  sendAppAck,
  sendIn,
  sendInDialog,
  sendNew,
} from './send.ts';
import { expireAfterNotify } from './subscription-expiry.ts';
import type { DialogContext, NextHop, Owner, RespondResult, SendResult } from './types.ts';
import { createSubscriberDialog } from './uac-dialog.ts';
import { UasInvite } from './uas-invite.ts';
import { UnderWay } from './under-way.ts';
import { UnwantedForks } from './unwanted-forks.ts';
import { hasUselessContact } from './usable-contact.ts';

export type DialogDeps = Omit<
  DialogContext,
  'table' | 'incoming' | 'outgoing' | 'subscribes' | 'unanswered' | 'takesForks'
>;

/** Needs a dialog: outside of one they are answered 481. */
const ONLY_IN_DIALOG: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK']);

/** RFC 3261 sections 12 to 15 for both sides, between the transactions and the applications. */
export class DialogLayer implements TransactionUser {
  readonly #ctx: DialogContext;

  constructor(deps: DialogDeps) {
    this.#ctx = {
      ...deps,
      table: new DialogTable(deps.random),
      incoming: new UnderWay(deps.random),
      outgoing: new UnderWay(deps.random),
      subscribes: new ShortLivedMap(),
      unanswered: new WeakMap(),
      takesForks: (invite) => {
        const forks = new UnwantedForks(this.#ctx, () => invite);
        return (response, flow) => forks.take(response, flow);
      },
    };
  }

  get context(): DialogContext {
    return this.#ctx;
  }

  /** Live dialogs, early ones included. */
  get size(): number {
    return this.#ctx.table.size;
  }

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.toTag === '') {
      this.#outside(transaction);
      return;
    }
    const dialog = this.#ctx.table.match(request.callId, request.toTag, request.fromTag);
    if (dialog !== undefined) {
      receiveInDialog(this.#ctx, dialog, transaction);
      return;
    }
    if (request.method === 'NOTIFY' && this.#earlyNotify(transaction)) return;
    if (!this.#ctx.user.onUnknownDialog(transaction)) answer(this.#ctx, transaction, 481);
  }

  onAck(ack: SipMessage, flow: Flow): void {
    const dialog = this.#ctx.table.match(ack.callId, ack.toTag, ack.fromTag);
    if (dialog === undefined) {
      this.#ctx.user.onUnknownAck(ack, flow);
      return;
    }
    const { branch } = ack.topVia;
    const incoming = dialog.awaitingAck.get(ack.cseq);
    incoming?.invite?.acknowledged();
    dialog.learnFlow(ack, flow);
    if (incoming === undefined && (branch === dialog.lastAckBranch || ack.cseqMethod !== 'ACK')) return;
    dialog.lastAckBranch = branch;
    if (dialog.owner.gone) return;
    this.#ctx.user.onAck(dialog, ack, flow, incoming?.dialog === undefined ? incoming : undefined);
  }

  onCancel(transaction: ServerTransaction, cancel: SipMessage): void {
    const incoming = transaction.attached;
    if (!(incoming instanceof Incoming) || incoming.invite === undefined || incoming.finished) {
      if (!transaction.answered) answer(this.#ctx, transaction, 487);
      return;
    }
    const id = incoming.invite.progressed ? incoming.dialogId : '';
    incoming.invite.cancelled();
    this.#ctx.user.onCancel(incoming, cancel, id);
  }

  onStrayResponse(response: SipMessage): void {
    if (response.cseqMethod !== 'INVITE' || response.status < 200 || response.status >= 300) return;
    const dialog = this.#ctx.table.match(response.callId, response.fromTag, response.toTag);
    resendAck(dialog?.acks.get(response.cseq));
  }

  onTransactionEnd(transaction: ServerTransaction): void {
    // A 2xx may still wait behind a reliable provisional; everything else can no longer be answered.
    if (transaction.attached instanceof Incoming) transaction.attached.finish();
  }

  /** A connection has ended: nothing can be answered over it any more. */
  onFlowClosed(flow: Flow): void {
    for (const incoming of this.#ctx.incoming.values()) {
      if (incoming.flow !== flow) continue;
      incoming.invite?.abandoned();
      incoming.finish();
    }
  }

  findIncoming(transactionId: string): Incoming | undefined {
    return this.#ctx.incoming.get(transactionId);
  }

  respond(incoming: Incoming, response: OutgoingMessage): RespondResult {
    return respond(this.#ctx, incoming, response);
  }

  /** Ends a request outside dialogs that no application has seen. */
  answerNew(incoming: Incoming, response: OutgoingMessage): void {
    incoming.transaction.respond(response);
    incoming.finish();
    if (incoming.invite === undefined || response.status < 300) return;
    this.#ctx.user.onCdr({ kind: 'stop', source: 'application', detail: 'call-rejected', text: response.toBuffer() });
  }

  sendNew(
    owner: Owner,
    message: OutgoingMessage,
    hop: NextHop,
    decorate: Decorate,
    done: (result: SendResult) => void,
  ): void {
    sendNew(this.#ctx, owner, message, hop, decorate, done);
  }

  sendInDialog(
    owner: Owner,
    id: string,
    template: OutgoingMessage,
    decorate: Decorate,
    done: (result: SendResult) => void,
  ): void {
    sendInDialog(this.#ctx, owner, id, template, decorate, done);
  }

  /** The same for who has the dialog. */
  sendIn(
    owner: Owner,
    dialog: Dialog,
    template: OutgoingMessage,
    decorate: Decorate,
    done: (result: SendResult) => void,
  ) {
    sendIn(this.#ctx, owner, dialog, template, decorate, done);
  }

  sendAck(id: string, template: OutgoingMessage, done: (result: SendResult) => void): void {
    sendAppAck(this.#ctx, id, template, done);
  }

  /** The same for who has the dialog. */
  sendAckIn(dialog: Dialog, template: OutgoingMessage, done: (result: SendResult) => void): void {
    sendAckIn(this.#ctx, dialog, template, done);
  }

  cancel(transactionId: string, headers: readonly (readonly [string, string])[]) {
    return cancelInvite(this.#ctx, transactionId, headers);
  }

  /** The same for who has the request; false when nothing waits for a final response any more. */
  cancelOutgoing(outgoing: Outgoing, headers: readonly (readonly [string, string])[]): boolean {
    return cancelOutgoing(outgoing, headers);
  }

  /** An application has gone for good: its calls are ended, those without an answer alone, or forgotten without a word. */
  dropOwner(owner: Owner, how: 'bye' | 'unanswered' | 'forget'): void {
    if (how === 'bye') endOrphans(this.#ctx, owner);
    else if (how === 'unanswered') endUnanswered(this.#ctx, owner);
    else forgetOrphans(this.#ctx, owner);
  }

  #outside(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (ONLY_IN_DIALOG.has(request.method)) {
      answer(this.#ctx, transaction, 481);
      return;
    }
    if (transaction.isInvite && hasUselessContact(this.#ctx.transport, request, transaction.flow.reliable)) {
      answer(this.#ctx, transaction, 400);
      return;
    }
    const incoming = Incoming.open(this.#ctx, transaction, undefined);
    if (transaction.isInvite) {
      this.#ctx.user.onCdr({ kind: 'attempt', source: 'network', detail: '', text: request.raw });
      incoming.invite = new UasInvite(this.#ctx, incoming);
    }
    this.#ctx.user.onNewRequest(incoming);
  }

  /** RFC 6665 4.4.1: a NOTIFY that overtakes the 2xx to its SUBSCRIBE makes the dialog. */
  #earlyNotify(transaction: ServerTransaction): boolean {
    const { request, flow } = transaction;
    const id = dialogId(request.callId, request.toTag);
    const outgoing = this.#ctx.subscribes.get(id);
    if (outgoing === undefined || outgoing.owner.gone) return false;
    const dialog = createSubscriberDialog(this.#ctx, id, outgoing.owner, outgoing.message, request, flow);
    this.#ctx.table.add(dialog);
    expireAfterNotify(this.#ctx, dialog, request);
    receiveInDialog(this.#ctx, dialog, transaction);
    return true;
  }
}
