import type { CdrEvent, Dialog, DialogUser, Incoming, Outgoing } from '../dialog/index.ts';
import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow } from '../transport/index.ts';
import { AppClient } from './app-client.ts';
import { sendCdr } from './cdr.ts';
import { deliver } from './deliver-new.ts';
import { type Hub, metaOf, newId } from './hub.ts';
import { isTokenSafe, sipLine } from './lead-line.ts';
import { receiveNew } from './new-requests.ts';
import type { OutboundApps } from './outbound-apps.ts';

/** What happens on SIP, as frames to the application it belongs to. */
export class Deliveries implements DialogUser {
  readonly #hub: () => Hub;
  readonly #outbound: OutboundApps;

  /** The hub holds the dialog layer, which holds this: it is asked for when needed. */
  constructor(hub: () => Hub, outbound: OutboundApps) {
    this.#hub = hub;
    this.#outbound = outbound;
  }

  onNewRequest(incoming: Incoming): void {
    receiveNew(this.#hub(), this.#outbound, incoming);
  }

  onDialogRequest(incoming: Incoming, dialogId: string): void {
    if (incoming.owner instanceof AppClient) {
      this.#send(incoming.owner, incoming.message, incoming.flow, incoming.transactionId, dialogId);
    }
  }

  onAck({ owner, id }: Dialog, ack: SipMessage, flow: Flow, invite: Incoming | undefined): void {
    if (owner instanceof AppClient) this.#send(owner, ack, flow, invite?.transactionId ?? newId(this.#hub()), id);
  }

  onCancel(incoming: Incoming, cancel: SipMessage, dialogId: string): void {
    if (!(incoming.owner instanceof AppClient)) return;
    this.#send(incoming.owner, cancel, incoming.flow, incoming.transactionId, dialogId);
  }

  onResponse(outgoing: Outgoing, response: SipMessage, flow: Flow | undefined, dialogId: string): void {
    if (!(outgoing.owner instanceof AppClient) || !isTokenSafe(response.callId)) return;
    this.#send(outgoing.owner, response, flow, outgoing.transactionId, dialogId);
  }

  onDialogEnded({ owner, id }: Dialog, bye: OutgoingMessage, flow: Flow): void {
    if (!(owner instanceof AppClient)) return;
    const hub = this.#hub();
    const bytes = bye.toBuffer();
    const meta = metaOf(hub, 'application', bytes.length, flow, 'local');
    owner.send(sipLine(newId(hub), meta, 'unsolicited', id), bytes);
  }

  onCdr(event: CdrEvent): void {
    sendCdr(this.#hub(), event);
  }

  onUnknownDialog(transaction: ServerTransaction): boolean {
    return this.#hub().proxy.onRequest(transaction);
  }

  onUnknownAck(ack: SipMessage, flow: Flow): void {
    this.#hub().proxy.onAck(ack, flow);
  }

  #send(client: AppClient, message: SipMessage, flow: Flow | undefined, transactionId: string, dialogId: string): void {
    deliver(this.#hub(), client, message, flow, { transactionId, dialogId });
  }
}
