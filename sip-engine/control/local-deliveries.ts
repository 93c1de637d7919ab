import type { CdrEvent, Dialog, DialogUser, Incoming, Outgoing } from '../dialog/index.ts';
import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow } from '../transport/index.ts';
import { LocalOwner } from './local-owner.ts';

/** What belongs to an owner inside the process goes to it by a call; everything else to the applications. */
export class LocalDeliveries implements DialogUser {
  readonly #locals: ReadonlyMap<string, LocalOwner>;
  readonly #apps: DialogUser;

  constructor(locals: ReadonlyMap<string, LocalOwner>, apps: DialogUser) {
    this.#locals = locals;
    this.#apps = apps;
  }

  onNewRequest(incoming: Incoming): void {
    const local = this.#locals.get(incoming.message.method);
    if (local === undefined) {
      this.#apps.onNewRequest(incoming);
      return;
    }
    incoming.owner = local;
    local.onNewRequest(incoming);
  }

  onDialogRequest(incoming: Incoming, dialogId: string): void {
    if (incoming.owner instanceof LocalOwner) incoming.owner.onDialogRequest(incoming, dialogId);
    else this.#apps.onDialogRequest(incoming, dialogId);
  }

  onAck(dialog: Dialog, ack: SipMessage, flow: Flow, invite: Incoming | undefined): void {
    if (dialog.owner instanceof LocalOwner) dialog.owner.onAck(dialog, ack);
    else this.#apps.onAck(dialog, ack, flow, invite);
  }

  onCancel(incoming: Incoming, cancel: SipMessage, dialogId: string): void {
    if (incoming.owner instanceof LocalOwner) incoming.owner.onCancel(incoming, cancel);
    else this.#apps.onCancel(incoming, cancel, dialogId);
  }

  onResponse(outgoing: Outgoing, response: SipMessage, flow: Flow | undefined, dialogId: string): void {
    if (outgoing.owner instanceof LocalOwner) outgoing.owner.onResponse(outgoing, response, flow, dialogId);
    else this.#apps.onResponse(outgoing, response, flow, dialogId);
  }

  onDialogEnded(dialog: Dialog, bye: OutgoingMessage, flow: Flow): void {
    if (dialog.owner instanceof LocalOwner) dialog.owner.onDialogEnded(dialog, bye);
    else this.#apps.onDialogEnded(dialog, bye, flow);
  }

  onCdr(event: CdrEvent): void {
    this.#apps.onCdr(event);
  }

  onUnknownDialog(transaction: ServerTransaction): boolean {
    return this.#apps.onUnknownDialog(transaction);
  }

  onUnknownAck(ack: SipMessage, flow: Flow): void {
    this.#apps.onUnknownAck(ack, flow);
  }
}
