import type { Dialog, Incoming, Outgoing, Owner } from '../dialog/index.ts';
import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';

/** An owner of calls inside the process: it is called, where an application at a connection gets frames. */
export abstract class LocalOwner implements Owner {
  /** It lives as long as the engine does. */
  readonly gone = false;
  /** Outside every dialog; `incoming.owner` is set. */
  abstract onNewRequest(incoming: Incoming): void;
  abstract onDialogRequest(incoming: Incoming, dialogId: string): void;
  abstract onAck(dialog: Dialog, ack: SipMessage): void;
  abstract onCancel(incoming: Incoming, cancel: SipMessage): void;
  /** Every 1xx but 100 and one final; `flow` is absent for finals made by the engine. */
  abstract onResponse(outgoing: Outgoing, response: SipMessage, flow: Flow | undefined, dialogId: string): void;
  /** The engine has ended the dialog by itself with this BYE. */
  abstract onDialogEnded(dialog: Dialog, bye: OutgoingMessage): void;
}
