import { OutgoingMessage } from '../message/index.ts';
import type { Timer } from '../timer/index.ts';
import { AckWait } from './ack-wait.ts';
import type { Dialog } from './dialog.ts';
import type { Incoming } from './incoming.ts';
import { hasOption, localContact, setToTag } from './local-contact.ts';
import { ReliableSender } from './reliable-sender.ts';
import { sessionOf } from './session-body.ts';
import { negotiateAsCallee } from './session-timer.ts';
import type { DialogContext, RespondResult } from './types.ts';
import { cancelFor, contactScheme, createUasDialog, refreshByPeer } from './uas-dialog.ts';

export const UNKNOWN_TRANSACTION = 'Response not sent due to unknown transaction';

/** The callee's side of one INVITE or re-INVITE, from its arrival to the ACK (RFC 3261 13.3). */
export class UasInvite {
  readonly #ctx: DialogContext;
  readonly #incoming: Incoming;
  /** Once a provisional is to be acknowledged, which hardly any is. */
  #reliable: ReliableSender | undefined;
  #dialog: Dialog | undefined;
  #silence: Timer | undefined;
  #heldFinal: OutgoingMessage | undefined;
  #ackWait: AckWait | undefined;
  #progressed = false;
  /** A response with a session description has gone out. */
  #described = false;

  constructor(ctx: DialogContext, incoming: Incoming) {
    this.#ctx = ctx;
    this.#incoming = incoming;
    this.#dialog = incoming.dialog;
    // An application that never answers must not leave the caller without a final response.
    this.#silence = ctx.wheel.after(128 * ctx.timers.t1Ms, () => this.#giveUp(408, 'Request Timeout'));
  }

  /** The dialog it made or belongs to, early ones included. */
  get dialog(): Dialog | undefined {
    return this.#dialog;
  }

  /** True once a response above 100 has gone out. */
  get progressed(): boolean {
    return this.#progressed;
  }

  /** Whose offer of this INVITE has no answer: the caller's in it, or ours in a response to one without. */
  get pendingOffer(): 'ours' | 'theirs' | undefined {
    const hasOffer = this.#incoming.message.body.length > 0;
    if (hasOffer) return this.#incoming.finished || this.#described ? undefined : 'theirs';
    const waits = this.#blocksFinal || this.#ackWait !== undefined;
    return this.#described && waits ? 'ours' : undefined;
  }

  /** Sends the application's answer. Via, From, To and the rest of what identifies it are set already. */
  respond(response: OutgoingMessage): RespondResult {
    if (this.#incoming.finished || this.#heldFinal !== undefined) return refused(UNKNOWN_TRANSACTION);
    const { status } = response;
    if (status === 100) {
      this.#incoming.transaction.respond(response);
      this.#silence?.cancel();
      return this.#sent(response);
    }
    if (status < 200) return this.#provisional(response);
    if (status >= 300) return this.#failure(response);
    return this.#success(response);
  }

  /** PRACK for one of our provisionals: who answers it, or `undefined` when it names none. */
  acknowledgeProvisional(rseq: number, cseq: number): { readonly asked: boolean } | undefined {
    const found = this.#reliable?.acknowledge(rseq, cseq);
    const held = this.#heldFinal;
    if (found !== undefined && held !== undefined && !this.#blocksFinal) {
      this.#heldFinal = undefined;
      this.#accept(held);
    }
    return found;
  }

  /** The ACK of our 2xx has come. */
  acknowledged(): void {
    this.#ackWait?.stop();
    this.#ackWait = undefined;
  }

  /** RFC 3261 9.2: the caller gave up; the 200 to the CANCEL is out. */
  cancelled(): void {
    if (this.#incoming.finished) return;
    const dialog = this.#dialog;
    const promised = this.#heldFinal !== undefined;
    this.#answerLocally(487, 'Request Terminated');
    // The application was told of its 2xx, which still waited for a PRACK.
    if (promised && dialog !== undefined && !dialog.owner.gone) {
      const { message } = dialog.buildRequest('BYE');
      message.set('Reason', 'SIP;cause=487;text="cancelled"');
      this.#ctx.user.onDialogEnded(dialog, message, dialog.flow);
    }
  }

  /** The caller's connection is gone, and with it the way to answer: as if it had cancelled. */
  abandoned(): void {
    this.#giveUp(487, 'Request Terminated');
  }

  /** Its application has gone without an answer. */
  orphaned(): void {
    if (!this.#incoming.finished) this.#answerLocally(500, 'Server Internal Error');
  }

  #provisional(response: OutgoingMessage): RespondResult {
    const request = this.#incoming.message;
    const asked = hasOption(response, 'require', '100rel');
    const required = hasOption(request, 'require', '100rel');
    if (asked && !required && !hasOption(request, 'supported', '100rel')) {
      return refused('Remote endpoint does not support 100rel');
    }
    this.#silence?.cancel();
    this.#progressed = true;
    const reliable = asked || required;
    if (reliable || this.#incoming.dialog !== undefined) this.#addContact(response);
    this.#makeDialog(response);
    if (!reliable) this.#incoming.transaction.respond(response);
    else {
      if (!asked) response.add('Require', '100rel');
      this.#reliableSender().send(response, asked);
    }
    return this.#sent(response);
  }

  #success(response: OutgoingMessage): RespondResult {
    const { dialog: known, dialogId, message } = this.#incoming;
    const rival = known === undefined ? this.#ctx.table.find(dialogId, message.fromTag) : undefined;
    if (rival?.state === 'confirmed' && rival !== this.#dialog) {
      this.#answerLocally(480, 'Temporarily Unavailable');
      return refused('dialog already exists, rejecting this request');
    }
    this.#progressed = true;
    this.#addContact(response);
    const dialog = this.#makeDialog(response);
    dialog.state = 'confirmed';
    if (this.#incoming.dialog !== undefined) refreshByPeer(this.#ctx, dialog, this.#incoming);
    negotiateAsCallee(this.#ctx, dialog, this.#incoming.message, response);
    if (this.#blocksFinal) this.#heldFinal = response;
    else this.#accept(response);
    return this.#sent(response);
  }

  #failure(response: OutgoingMessage): RespondResult {
    if (this.#incoming.dialog !== undefined) this.#addContact(response);
    this.#incoming.transaction.respond(response);
    this.#endEarly();
    this.#incoming.finish();
    if (this.#incoming.dialog === undefined) {
      const detail = response.status === 487 ? 'call-canceled' : 'call-rejected';
      this.#ctx.user.onCdr({ kind: 'stop', source: 'application', detail, text: response.toBuffer() });
    }
    return this.#sent(response);
  }

  #accept(response: OutgoingMessage): void {
    const dialog = this.#dialog;
    if (dialog === undefined) return;
    const initial = this.#incoming.dialog === undefined;
    this.#incoming.transaction.respond(response);
    this.#incoming.finish();
    if (initial) {
      this.#ctx.user.onCdr({ kind: 'start', source: 'application', detail: 'uas', text: response.toBuffer() });
    }
    this.#ackWait = new AckWait(this.#ctx, this.#incoming, dialog, response.toBuffer());
  }

  get #blocksFinal(): boolean {
    return this.#reliable?.blocksFinal === true;
  }

  #reliableSender(): ReliableSender {
    const { wheel, timers, random } = this.#ctx;
    const { transaction, message } = this.#incoming;
    this.#reliable ??= new ReliableSender({
      wheel,
      t1Ms: timers.t1Ms,
      inviteSeq: message.cseq,
      firstRseq: 1 + Math.floor(random.float() * 0xfffff),
      send: (response) => transaction.respond(response),
      resend: (bytes) => transaction.resend(bytes),
      onTimeout: () => this.#giveUp(503, 'Reliable Response Time-Out'),
    });
    return this.#reliable;
  }

  #makeDialog(response: OutgoingMessage): Dialog {
    const known = this.#dialog;
    const session = sessionOf(response);
    if (session !== undefined) this.#described = true;
    if (this.#incoming.dialog === undefined) this.#addRecordRoute(response);
    if (known !== undefined) {
      known.localContact = response.header('contact') ?? known.localContact;
      if (session !== undefined) known.localSession = session;
      return known;
    }
    const owner = this.#incoming.owner ?? { gone: true };
    const dialog = createUasDialog(this.#ctx, this.#incoming, response, owner);
    if (session !== undefined) dialog.localSession = session;
    this.#dialog = dialog;
    dialog.peerInvite = this.#incoming;
    this.#ctx.table.add(dialog);
    return dialog;
  }

  /** RFC 3261 12.1.1: in every response that makes or confirms the dialog. */
  #addRecordRoute(response: OutgoingMessage): void {
    if (response.has('record-route')) response.remove('record-route');
    for (const line of this.#incoming.message.headerLines('record-route')) response.add('Record-Route', line);
  }

  #addContact(response: OutgoingMessage): void {
    if (response.has('contact')) return;
    const { flow, message } = this.#incoming;
    const known = this.#dialog?.localContact;
    response.set('Contact', known ?? localContact(this.#ctx.transport, flow, contactScheme(message.uri)));
  }

  #sent(response: OutgoingMessage): RespondResult {
    return { ok: true, sent: response, dialogId: this.#incoming.dialogId };
  }

  #giveUp(status: number, reason: string): void {
    if (this.#incoming.finished) return;
    this.#answerLocally(status, reason);
    this.#ctx.user.onCancel(this.#incoming, cancelFor(this.#incoming), this.#progressed ? this.#incoming.dialogId : '');
  }

  #answerLocally(status: number, reason: string): void {
    const response = OutgoingMessage.responseTo(this.#incoming.message, status, reason);
    if (this.#ctx.options.agent !== undefined) response.set('Server', this.#ctx.options.agent);
    setToTag(response, this.#tag());
    this.#incoming.transaction.respond(response);
    this.#heldFinal = undefined;
    this.#endEarly();
    this.#incoming.finish();
    if (this.#incoming.dialog !== undefined) return;
    const detail = status === 487 ? 'call-canceled' : 'system-error-initiated-termination';
    this.#ctx.user.onCdr({ kind: 'stop', source: 'application', detail, text: response.toBuffer() });
  }

  #tag(): string {
    if (this.#incoming.localTag === '') this.#incoming.localTag = this.#incoming.transaction.localTag;
    return this.#incoming.localTag;
  }

  #endEarly(): void {
    if (this.#incoming.dialog === undefined && this.#dialog !== undefined) this.#ctx.table.remove(this.#dialog);
  }

  /** It has its final answer, or needs none any more. */
  stopWaiting(): void {
    this.#silence?.cancel();
    this.#reliable?.stop();
    if (this.#incoming.dialog !== undefined) this.#incoming.dialog.pendingIn--;
  }
}

function refused(reason: string): RespondResult {
  return { ok: false, reason };
}
