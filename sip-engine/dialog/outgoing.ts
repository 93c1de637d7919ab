import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import type { Dialog } from './dialog.ts';
import type { RequestRun } from './request-run.ts';
import type { Owner } from './types.ts';

/** A request that an application sent and that has no final response yet. */
export class Outgoing {
  readonly transactionId: string;
  readonly owner: Owner;
  readonly method: string;
  /** Set for requests inside a dialog, and given to responses of INVITE and SUBSCRIBE. */
  readonly dialogId: string;
  readonly dialog: Dialog | undefined;
  /** As sent, Via included. */
  message: OutgoingMessage;
  flow: Flow | undefined;
  run: RequestRun | undefined;
  cancelled = false;
  /** Its responses are no longer told to the application. */
  silent = false;
  finished = false;

  constructor(seed: {
    readonly transactionId: string;
    readonly owner: Owner;
    readonly method: string;
    readonly dialogId: string;
    readonly dialog?: Dialog | undefined;
    readonly message: OutgoingMessage;
  }) {
    this.transactionId = seed.transactionId;
    this.owner = seed.owner;
    this.method = seed.method;
    this.dialogId = seed.dialogId;
    this.dialog = seed.dialog;
    this.message = seed.message;
  }
}

/** A response that matches by branch only is not let into another call's dialog. */
export function belongsTo(outgoing: Outgoing, response: SipMessage): boolean {
  const from = outgoing.message.header('from') ?? '';
  const tag = /;\s*tag\s*=\s*([^;,\s>]+)/i.exec(from.slice(from.lastIndexOf('>') + 1))?.[1] ?? '';
  return response.callId === outgoing.message.header('call-id') && response.fromTag === tag;
}
