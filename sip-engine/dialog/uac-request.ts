import type { SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import type { Dialog } from './dialog.ts';
import { localFinal } from './local-contact.ts';
import type { Outgoing } from './outgoing.ts';
import type { RunHandler } from './request-run.ts';
import { restartByPeer } from './session-timer.ts';
import { expireAfterNotify, expireAfterSubscribe } from './subscription-expiry.ts';
import type { DialogContext } from './types.ts';
import { confirmUacDialog, createUacDialog, refreshTarget } from './uac-dialog.ts';

/** A request of the application other than INVITE, and what its final response means for dialogs. */
export class UacRequest implements RunHandler {
  readonly #ctx: DialogContext;
  readonly #outgoing: Outgoing;

  constructor(ctx: DialogContext, outgoing: Outgoing) {
    this.#ctx = ctx;
    this.#outgoing = outgoing;
    if (outgoing.method === 'SUBSCRIBE' && outgoing.dialog === undefined) {
      ctx.subscribes.set(outgoing.dialogId, outgoing);
    }
  }

  onResponse(response: SipMessage, flow: Flow): void {
    if (response.status > 100 && !this.#outgoing.finished && this.#outgoing.isAnsweredBy(response))
      this.#take(response, flow);
  }

  onFailed(status: number, reason: string): void {
    if (this.#outgoing.finished) return;
    this.#take(localFinal(this.#outgoing.message, status, reason, this.#ctx.random.hex(16)), undefined);
  }

  #take(response: SipMessage, flow: Flow | undefined): void {
    const { owner, dialogId } = this.#outgoing;
    if (response.status >= 200) this.#final(response, flow);
    if (!owner.gone) this.#ctx.user.onResponse(this.#outgoing, response, flow, dialogId);
    if (response.status >= 200) this.#outgoing.letGo();
  }

  #final(response: SipMessage, flow: Flow | undefined): void {
    const { dialog, method, dialogId } = this.#outgoing;
    this.#outgoing.finish();
    if (method === 'SUBSCRIBE' && this.#ctx.subscribes.get(dialogId) === this.#outgoing)
      this.#ctx.subscribes.delete(dialogId);
    const isSuccess = response.status < 300;
    if (method === 'SUBSCRIBE' && dialog === undefined && isSuccess && flow !== undefined) this.#open(response, flow);
    if (method === 'SUBSCRIBE' && dialog !== undefined && isSuccess) {
      expireAfterSubscribe(this.#ctx, dialog, this.#outgoing.message, response);
    }
    if (dialog === undefined) return;
    if (dialog.ownOffer === this.#outgoing) dialog.ownOffer = undefined;
    // RFC 3261 15.1.1: over with whatever comes, but a challenge is answered in the same dialog.
    if (method === 'BYE' && !this.#mayBeProved(dialog, response.status)) {
      this.#ctx.user.onCdr({ kind: 'stop', source: 'application', detail: 'normal-release', text: response.raw });
      this.#ctx.table.remove(dialog);
    }
    if (method === 'UPDATE' && isSuccess) {
      refreshTarget(dialog, response);
      restartByPeer(this.#ctx, dialog, response);
    }
    if (method !== 'NOTIFY' || dialog.usage !== 'SUBSCRIBE') return;
    const state = this.#outgoing.message.header('subscription-state') ?? '';
    if (/^\s*terminated/i.test(state)) this.#ctx.table.remove(dialog);
    else if (isSuccess) expireAfterNotify(this.#ctx, dialog, this.#outgoing.message);
  }

  /** A BYE that is challenged may be sent again, once and soon; a peer that only ever challenges ends the call as well. */
  #mayBeProved(dialog: Dialog, status: number): boolean {
    if ((status !== 401 && status !== 407) || dialog.wasByeChallenged) return false;
    dialog.wasByeChallenged = true;
    dialog.expiry?.cancel();
    dialog.expiry = this.#ctx.wheel.after(64 * this.#ctx.timers.t1Ms, () => this.#ctx.table.remove(dialog));
    return true;
  }

  #open(response: SipMessage, flow: Flow): void {
    const { dialogId, owner, message } = this.#outgoing;
    const known = this.#ctx.table.match(response.callId, response.fromTag, response.toTag);
    const dialog = known ?? createUacDialog(this.#ctx, dialogId, owner, message, response, flow);
    confirmUacDialog(this.#ctx, dialog, response, flow);
    this.#ctx.table.add(dialog);
    expireAfterSubscribe(this.#ctx, dialog, message, response);
  }
}
