import type { SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow } from '../transport/types.ts';
import { answer } from './answer.ts';
import { type Dialog, type DialogListener, dialogId } from './dialog.ts';
import type { DialogContext, Owner } from './types.ts';
import type { UasInvite } from './uas-invite.ts';

/** A request from the network that waits for its final answer. */
export class Incoming implements DialogListener {
  readonly transaction: ServerTransaction;
  readonly message: SipMessage;
  readonly dialog: Dialog | undefined;
  owner: Owner | undefined;
  invite: UasInvite | undefined;
  /** The tag all our responses to it carry; empty until the first above 100. */
  localTag: string;
  /** What its owner keeps with it; the layer does not look at it. */
  attached: object | undefined = undefined;
  /** Dropped from the index: answered, cancelled, given up or handed to the proxy. */
  finished = false;
  readonly #ctx: DialogContext;
  readonly #place: number;
  #id: string | undefined;
  #dialogId: string | undefined;
  #onFinish: (() => void)[] | undefined;

  /** The entry that the application answers; dropped when it is finished, or the dialog is. */
  static open(ctx: DialogContext, transaction: ServerTransaction, dialog: Dialog | undefined): Incoming {
    const incoming = ctx.incoming.add((place) => new Incoming(ctx, place, transaction, dialog));
    transaction.attached = incoming;
    dialog?.onEnd(incoming);
    return incoming;
  }

  private constructor(ctx: DialogContext, place: number, transaction: ServerTransaction, dialog: Dialog | undefined) {
    this.#ctx = ctx;
    this.#place = place;
    this.transaction = transaction;
    this.message = transaction.request;
    this.dialog = dialog;
    this.owner = dialog?.owner;
    this.localTag = transaction.request.toTag;
  }

  /** What applications at a connection know it by. */
  get transactionId(): string {
    this.#id ??= this.#ctx.incoming.name(this.#place);
    return this.#id;
  }

  /** The id that responses to a dialog-creating request carry, before and after there is a dialog. */
  get dialogId(): string {
    this.#dialogId ??= this.dialog?.id ?? dialogId(this.message.callId, this.message.fromTag);
    return this.#dialogId;
  }

  get flow(): Flow {
    return this.transaction.flow;
  }

  onFinish(run: () => void): void {
    if (this.#onFinish === undefined) this.#onFinish = [run];
    else this.#onFinish.push(run);
  }

  finish(): void {
    if (this.finished) return;
    this.finished = true;
    // The transaction lives on for repetitions; what was made of the request need not.
    if (this.transaction.attached === this) this.transaction.attached = undefined;
    this.#ctx.incoming.delete(this.#place, this.#id);
    const { dialog } = this;
    if (dialog !== undefined) {
      dialog.offEnd(this);
      if (dialog.peerUpdate === this) dialog.peerUpdate = undefined;
    }
    this.invite?.stopWaiting();
    const listeners = this.#onFinish;
    this.#onFinish = undefined;
    if (listeners !== undefined) for (const run of listeners) run();
  }

  onDialogEnd(): void {
    const { method } = this.message;
    if (this.finished || method === 'BYE') return;
    answer(this.#ctx, this.transaction, method === 'INVITE' ? 487 : 500);
    this.finish();
  }
}
