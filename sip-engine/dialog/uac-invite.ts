import { ownText, type SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import { ackFor, resendAck, sendAck } from './ack.ts';
import type { AckState, Dialog } from './dialog.ts';
import { hasOption, localFinal } from './local-contact.ts';
import type { Outgoing } from './outgoing.ts';
import type { RunHandler } from './request-run.ts';
import { contactOf } from './route-set.ts';
import { negotiateAsCaller } from './session-timer.ts';
import type { DialogContext } from './types.ts';
import { confirmUacDialog, createUacDialog, refreshTarget } from './uac-dialog.ts';
import { UnwantedForks } from './unwanted-forks.ts';

/** Early branches remembered of one INVITE; a peer that rings with ever new tags gets no more. */
const MAX_BRANCHES = 32;

/** The caller's side of one INVITE or re-INVITE: branches, the 2xx and its repeats (RFC 3261 13.2). */
export class UacInvite implements RunHandler {
  readonly #ctx: DialogContext;
  readonly #outgoing: Outgoing;
  /** Whose 2xx came first, and its ACK: repeats of it come until the ACK has arrived. */
  #winner: { readonly tag: string; readonly ack: AckState } | undefined;
  /** Forks that answered too late. */
  #unwanted: UnwantedForks | undefined;

  constructor(ctx: DialogContext, outgoing: Outgoing) {
    this.#ctx = ctx;
    this.#outgoing = outgoing;
  }

  onResponse(response: SipMessage, flow: Flow): void {
    if (response.status === 100 || !this.#outgoing.isAnsweredBy(response)) return;
    if (response.status < 200) this.#provisional(response, flow);
    else if (response.status >= 300) this.#failure(response, flow);
    else if (this.#winner === undefined) this.#success(response, flow);
    else this.#repeatedSuccess(response, flow);
  }

  onFailed(status: number, reason: string): void {
    if (this.#outgoing.finished) return;
    this.#failure(localFinal(this.#outgoing.message, status, reason, this.#ctx.random.hex(16)), undefined);
  }

  /** The transaction holds it for a provisional response, and ends the INVITE 64 x T1 after it. */
  cancel(headers: readonly (readonly [string, string])[]): void {
    this.#outgoing.cancelled = true;
    this.#outgoing.run?.cancel(headers);
  }

  #provisional(response: SipMessage, flow: Flow): void {
    if (this.#outgoing.finished) return;
    const branch = this.#outgoing.dialog ?? (response.toTag === '' ? undefined : this.#branchOf(response, flow));
    if (branch !== undefined && branch !== this.#outgoing.dialog) {
      branch.remoteTarget = contactOf(response) ?? branch.remoteTarget;
    }
    if (branch !== undefined && response.body.length > 0) branch.ownOffer = undefined;
    if (branch !== undefined && hasOption(response, 'require', '100rel') && !acceptRseq(branch, response)) return;
    this.#deliver(response, flow);
  }

  #success(response: SipMessage, flow: Flow): void {
    if (this.#outgoing.finished || this.#isOrphan()) {
      this.#hangUpUnwanted(response, flow);
      return;
    }
    const known = this.#outgoing.dialog;
    const dialog = known ?? this.#branchOf(response, flow);
    if (known === undefined) {
      confirmUacDialog(this.#ctx, dialog, response, flow);
      this.#ctx.table.add(dialog);
      for (const branch of this.#ctx.table.branches(dialog.id, dialog.localTag)) {
        if (branch !== dialog && branch.state === 'early') this.#ctx.table.remove(branch);
      }
    } else refreshTarget(dialog, response);
    dialog.ownOffer = undefined;
    const ack = ackFor(this.#outgoing.message, this.#outgoing.run?.transaction);
    this.#winner = { tag: ownText(dialog.remoteTag), ack };
    dialog.acks.set(response.cseq, ack);
    dialog.acks.keep((seq) => seq >= response.cseq - 1);
    if (this.#outgoing.cancelled && known === undefined) dialog.byeAfterAck = 'ACK-BYE due to cancel race condition';
    negotiateAsCaller(this.#ctx, dialog, response);
    this.#outgoing.confirmed = dialog;
    this.#finish();
    if (known === undefined) {
      this.#ctx.user.onCdr({ kind: 'start', source: 'network', detail: 'uac', text: response.raw });
    }
    this.#deliver(response, flow);
    // A re-INVITE that a BYE of ours overtook: the application has forgotten it.
    if (this.#outgoing.silent) sendAck(this.#ctx, dialog, response.cseq, NOTHING, NOTHING);
    this.#outgoing.letGo();
  }

  #failure(response: SipMessage, flow: Flow | undefined): void {
    if (this.#outgoing.finished) return;
    if (this.#outgoing.dialog === undefined) {
      for (const branch of this.#ctx.table.branches(this.#outgoing.dialogId)) {
        if (branch.state === 'early') this.#ctx.table.remove(branch);
      }
      const detail = response.status === 487 ? 'call-canceled' : 'call-rejected';
      this.#ctx.user.onCdr({ kind: 'stop', source: 'network', detail, text: response.raw });
    }
    this.#finish();
    this.#deliver(response, flow);
    this.#outgoing.letGo();
  }

  /** RFC 6026: the same 2xx again, or one of another branch of a forked INVITE (RFC 3261 13.2.2.4). */
  #repeatedSuccess(response: SipMessage, flow: Flow): void {
    const winner = this.#winner;
    if (winner?.tag === response.toTag) resendAck(winner.ack);
    else this.#hangUpUnwanted(response, flow);
  }

  #hangUpUnwanted(response: SipMessage, flow: Flow): void {
    this.#finish();
    // What is remembered of forks is remembered here: the transaction may not be left alone with its ACK.
    if (this.#winner !== undefined) this.#winner.ack.invite = undefined;
    this.#unwanted ??= new UnwantedForks(this.#ctx, () => this.#outgoing.message);
    this.#unwanted.take(response, flow);
  }

  #isOrphan(): boolean {
    return this.#outgoing.dialog === undefined && this.#outgoing.owner.gone;
  }

  #branchOf(response: SipMessage, flow: Flow): Dialog {
    const { table } = this.#ctx;
    const known = table.match(response.callId, response.fromTag, response.toTag);
    if (known !== undefined) return known;
    const { dialogId, owner, message } = this.#outgoing;
    const dialog = createUacDialog(this.#ctx, dialogId, owner, message, response, flow);
    if (table.branches(dialogId, response.fromTag).length < MAX_BRANCHES) table.add(dialog);
    return dialog;
  }

  #finish(): void {
    const { finished, dialog } = this.#outgoing;
    if (finished) return;
    this.#outgoing.finish();
    if (dialog?.ownOffer === this.#outgoing) dialog.ownOffer = undefined;
    if (dialog?.ownInvite === this.#outgoing) dialog.ownInvite = undefined;
  }

  #deliver(response: SipMessage, flow: Flow | undefined): void {
    if (this.#outgoing.silent || this.#outgoing.owner.gone) return;
    this.#ctx.user.onResponse(this.#outgoing, response, flow, this.#outgoing.dialogId);
  }
}

const NOTHING = (): void => undefined;

/** RFC 3262 4: in order, each once. */
function acceptRseq(branch: Dialog, response: SipMessage): boolean {
  const rseq = Number.parseInt(response.header('rseq') ?? '', 10);
  if (!Number.isSafeInteger(rseq)) return false;
  if (branch.rseqInvite !== response.cseq) branch.lastRseq = 0;
  branch.rseqInvite = response.cseq;
  if (branch.lastRseq !== 0 && rseq !== branch.lastRseq + 1) return false;
  branch.lastRseq = rseq;
  return true;
}
