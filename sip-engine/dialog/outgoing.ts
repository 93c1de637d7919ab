import { OutgoingMessage, type SipMessage, tagOf } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import { type Dialog, dialogId } from './dialog.ts';
import type { RequestRun } from './request-run.ts';
import type { Owner } from './types.ts';
import type { UnderWay } from './under-way.ts';

/** A request that an application sent and that has no final response yet. */
export class Outgoing {
  readonly owner: Owner;
  readonly method: string;
  readonly callId: string;
  /** Set for requests inside a dialog, and given to responses of INVITE and SUBSCRIBE. */
  readonly dialogId: string;
  readonly dialog: Dialog | undefined;
  readonly #fromTag: string;
  #message: OutgoingMessage | undefined;
  flow: Flow | undefined = undefined;
  run: RequestRun | undefined = undefined;
  /** What its owner keeps with it until there is a final response; the layer does not look at it. */
  attached: object | undefined = undefined;
  /** The dialog that its 2xx has confirmed, while that is passed on. */
  confirmed: Dialog | undefined = undefined;
  cancelled = false;
  /** Its responses are no longer told to the application. */
  silent = false;
  finished = false;
  readonly #table: UnderWay<Outgoing>;
  readonly #place: number;
  #id: string | undefined = undefined;

  /** A request outside every dialog, or in one. */
  static open(
    table: UnderWay<Outgoing>,
    owner: Owner,
    message: OutgoingMessage,
    dialog: Dialog | undefined = undefined,
  ): Outgoing {
    return table.add((place) => new Outgoing(table, place, owner, message, dialog));
  }

  private constructor(
    table: UnderWay<Outgoing>,
    place: number,
    owner: Owner,
    message: OutgoingMessage,
    dialog: Dialog | undefined,
  ) {
    this.#table = table;
    this.#place = place;
    this.owner = owner;
    this.method = message.method;
    this.dialog = dialog;
    this.#message = message;
    this.callId = dialog?.callId ?? message.header('call-id') ?? '';
    this.#fromTag = dialog?.localTag ?? tagOf(message.header('from') ?? '');
    const makesDialog = this.method === 'INVITE' || this.method === 'SUBSCRIBE';
    this.dialogId = dialog?.id ?? (makesDialog ? dialogId(this.callId, this.#fromTag) : '');
  }

  /** What applications at a connection know it by. */
  get transactionId(): string {
    this.#id ??= this.#table.name(this.#place);
    return this.#id;
  }

  /** As sent, Via included. */
  get message(): OutgoingMessage {
    return this.#message ?? this.run?.transaction?.request ?? OutgoingMessage.request(this.method, UNSENT);
  }

  set message(message: OutgoingMessage) {
    this.#message = message;
  }

  /** Has its final response: not found any more. */
  finish(): void {
    this.finished = true;
    this.#table.delete(this.#place, this.#id);
  }

  /** The transaction has its bytes for as long as answers may come: nothing else needs to keep it. */
  letGo(): void {
    this.attached = undefined;
    this.confirmed = undefined;
    if (this.run?.transaction !== undefined) this.#message = undefined;
  }

  /** A response that matches by branch only is not let into another call's dialog. */
  isAnsweredBy(response: SipMessage): boolean {
    return response.callId === this.callId && response.fromTag === this.#fromTag;
  }
}

const UNSENT = 'sip:unsent.invalid';
