import type { SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow } from '../transport/types.ts';
import type { Dialog } from './dialog.ts';
import type { Owner } from './types.ts';
import type { UasInvite } from './uas-invite.ts';

/** A request from the network that waits for its final answer. */
export class Incoming {
  readonly transactionId: string;
  readonly transaction: ServerTransaction;
  readonly message: SipMessage;
  readonly dialog: Dialog | undefined;
  owner: Owner | undefined;
  invite: UasInvite | undefined;
  /** The tag all our responses to it carry; empty until the first above 100. */
  localTag: string;
  /** Dropped from the index: answered, cancelled, given up or handed to the proxy. */
  finished = false;
  #onFinish: (() => void)[] | undefined;

  constructor(transactionId: string, transaction: ServerTransaction, dialog: Dialog | undefined) {
    this.transactionId = transactionId;
    this.transaction = transaction;
    this.message = transaction.request;
    this.dialog = dialog;
    this.owner = dialog?.owner;
    this.localTag = transaction.request.toTag;
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
    const listeners = this.#onFinish ?? [];
    this.#onFinish = undefined;
    for (const run of listeners) run();
  }
}
