import { OutgoingMessage, type SipMessage, tagOf } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import type { Dialog } from './dialog.ts';
import type { RequestRun } from './request-run.ts';
import type { Owner } from './types.ts';

/** A request that an application sent and that has no final response yet. */
export class Outgoing {
  readonly transactionId: string;
  readonly owner: Owner;
  readonly method: string;
  readonly callId: string;
  readonly #fromTag: string;
  /** Set for requests inside a dialog, and given to responses of INVITE and SUBSCRIBE. */
  readonly dialogId: string;
  readonly dialog: Dialog | undefined;
  #message: OutgoingMessage | undefined;
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
    this.#message = seed.message;
    this.callId = seed.message.header('call-id') ?? '';
    this.#fromTag = tagOf(seed.message.header('from') ?? '');
  }

  /** As sent, Via included. */
  get message(): OutgoingMessage {
    return this.#message ?? this.run?.transaction?.request ?? OutgoingMessage.request(this.method, UNSENT);
  }

  set message(message: OutgoingMessage) {
    this.#message = message;
  }

  /** The transaction has its bytes for as long as answers may come: nothing else needs to keep it. */
  letGo(): void {
    if (this.run?.transaction !== undefined) this.#message = undefined;
  }

  /** A response that matches by branch only is not let into another call's dialog. */
  isAnsweredBy(response: SipMessage): boolean {
    return response.callId === this.callId && response.fromTag === this.#fromTag;
  }
}

const UNSENT = 'sip:unsent.invalid';
