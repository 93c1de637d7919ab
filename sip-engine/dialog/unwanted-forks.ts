import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import { ackFor, resendAck, sendAck } from './ack.ts';
import { type Dialog, dialogId } from './dialog.ts';
import { hangUp } from './end-dialog.ts';
import type { DialogContext } from './types.ts';
import { createUacDialog } from './uac-dialog.ts';

const NOTHING = (): void => undefined;
/** What else answers is not acknowledged, so that it ends by itself: a peer makes up as many tags as it likes. */
const MAX_FORKS = 32;

/** Branches of a forked INVITE that answered when nobody wanted them any more: acknowledged and hung up (RFC 3261 13.2.2.4). */
export class UnwantedForks {
  readonly #ctx: DialogContext;
  readonly #invite: () => OutgoingMessage;
  /** By To tag. */
  readonly #dialogs = new Map<string, Dialog>();

  constructor(ctx: DialogContext, invite: () => OutgoingMessage) {
    this.#ctx = ctx;
    this.#invite = invite;
  }

  take(response: SipMessage, flow: Flow): void {
    const known = this.#dialogs.get(response.toTag);
    if (known !== undefined) {
      resendAck(known.acks.get(response.cseq));
      return;
    }
    if (this.#dialogs.size >= MAX_FORKS) return;
    const invite = this.#invite();
    const id = dialogId(response.callId, response.fromTag);
    const dialog = createUacDialog(this.#ctx, id, { gone: true }, invite, response, flow);
    this.#dialogs.set(response.toTag, dialog);
    dialog.acks.set(response.cseq, ackFor(invite));
    sendAck(this.#ctx, dialog, response.cseq, NOTHING, () => hangUp(this.#ctx, dialog, 'not wanted'));
  }
}
