import type { Timer } from '../timer/index.ts';
import type { Dialog, DialogListener } from './dialog.ts';
import { hangUp } from './end-dialog.ts';
import type { Incoming } from './incoming.ts';
import type { DialogContext } from './types.ts';

/** RFC 3261 13.3.1.4: our 2xx is repeated over UDP until the ACK comes; without one the call is ended. */
export class AckWait implements DialogListener {
  readonly #ctx: DialogContext;
  readonly #incoming: Incoming;
  readonly #dialog: Dialog;
  readonly #bytes: Buffer;
  readonly #giveUp: Timer;
  #repeat: Timer | undefined = undefined;
  #gapMs: number;

  constructor(ctx: DialogContext, incoming: Incoming, dialog: Dialog, bytes: Buffer) {
    this.#ctx = ctx;
    this.#incoming = incoming;
    this.#dialog = dialog;
    this.#bytes = bytes;
    const { t1Ms } = ctx.timers;
    this.#gapMs = t1Ms;
    this.#giveUp = ctx.wheel.after(64 * t1Ms, () => this.#end());
    if (!incoming.flow.reliable) this.#schedule();
    dialog.awaitingAck.set(incoming.message.cseq, incoming);
    dialog.onEnd(this);
  }

  /** The ACK has come, or is of no use any more. */
  stop(): void {
    this.#repeat?.cancel();
    this.#giveUp.cancel();
    this.#dialog.awaitingAck.delete(this.#incoming.message.cseq);
    this.#dialog.offEnd(this);
  }

  onDialogEnd(): void {
    this.#incoming.invite?.acknowledged();
  }

  #schedule(): void {
    this.#repeat = this.#ctx.wheel.after(this.#gapMs, () => {
      this.#incoming.transaction.resend(this.#bytes);
      this.#gapMs = Math.min(this.#gapMs * 2, this.#ctx.timers.t2Ms);
      this.#schedule();
    });
  }

  #end(): void {
    this.#incoming.invite?.acknowledged();
    hangUp(this.#ctx, this.#dialog, 'ACK timeout');
  }
}
