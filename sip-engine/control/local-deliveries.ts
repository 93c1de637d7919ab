import type { CdrEvent, DialogUser, Incoming, Outgoing, Owner } from '../dialog/index.ts';
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

  onAck(owner: Owner, ack: SipMessage, flow: Flow, transactionId: string, dialogId: string): void {
    if (owner instanceof LocalOwner) owner.onAck(ack, flow, dialogId);
    else this.#apps.onAck(owner, ack, flow, transactionId, dialogId);
  }

  onCancel(incoming: Incoming, cancel: SipMessage, dialogId: string): void {
    if (incoming.owner instanceof LocalOwner) incoming.owner.onCancel(incoming, cancel);
    else this.#apps.onCancel(incoming, cancel, dialogId);
  }

  onResponse(outgoing: Outgoing, response: SipMessage, flow: Flow | undefined, dialogId: string): void {
    if (outgoing.owner instanceof LocalOwner) outgoing.owner.onResponse(outgoing, response, flow, dialogId);
    else this.#apps.onResponse(outgoing, response, flow, dialogId);
  }

  onDialogEnded(owner: Owner, dialogId: string, bye: OutgoingMessage, flow: Flow): void {
    if (owner instanceof LocalOwner) owner.onDialogEnded(dialogId, bye);
    else this.#apps.onDialogEnded(owner, dialogId, bye, flow);
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
