import type { Dialog, Outgoing, SendResult } from '../dialog/index.ts';
import { type Few, withOne, withoutOne } from '../few.ts';
import type { CallLaneContext, ResponseTaker } from './context.ts';
import { ResponseView } from './lane-message.ts';
import type { RequestView, ResponseWriter } from './lane-request.ts';
import type {
  LaneAck,
  LaneDialog,
  LaneEndOptions,
  LaneEvent,
  LaneHeaders,
  LaneMessage,
  LaneReceivedResponse,
  LaneRequest,
  LaneRequestOptions,
  LaneResponse,
} from './types.ts';

type RequestListener = (req: LaneRequest, res: LaneResponse) => void;
type AnyListener = (event: LaneEvent, req: LaneRequest, res: LaneResponse) => void;
type EndListener = (bye: LaneMessage, reason: string) => void;
type AckListener = (ack: LaneMessage) => void;

/** Requests of the peer by the event that they are. */
const EVENTS: Readonly<Record<string, LaneEvent>> = {
  INVITE: 'modify',
  INFO: 'info',
  NOTIFY: 'notify',
  REFER: 'refer',
  MESSAGE: 'message',
  UPDATE: 'update',
};

const NONE: readonly [] = Object.freeze([]);

/** One leg that is up. */
export class DialogEnd implements LaneDialog {
  readonly res: LaneReceivedResponse;
  readonly #dialog: Dialog;
  readonly #ctx: CallLaneContext;
  readonly #remoteUri: string;
  #remoteSdp: string;
  #connected = true;
  #holdsBack = false;
  /** Requests of ours without a final response: what a BYE overtakes is never told of one. */
  #open: Few<Outgoing> = NONE;
  #waiting: Few<() => void> = NONE;
  #listeners: Map<LaneEvent, RequestListener> | undefined;
  #onRequest: AnyListener | undefined;
  #onEnd: Few<EndListener> = NONE;
  #onAck: Few<AckListener> = NONE;

  constructor(ctx: CallLaneContext, dialog: Dialog, remoteUri: string, remoteSdp: string, res: ResponseView) {
    this.#ctx = ctx;
    this.#dialog = dialog;
    this.res = res;
    this.#remoteUri = remoteUri;
    this.#remoteSdp = remoteSdp;
    dialog.attached = this;
  }

  get id(): string {
    return this.#dialog.id;
  }

  get sip(): LaneDialog['sip'] {
    return this.#dialog;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get remote(): LaneDialog['remote'] {
    return { uri: this.#remoteUri, sdp: this.#remoteSdp };
  }

  get queueRequests(): boolean {
    return this.#holdsBack;
  }

  set queueRequests(holdsBack: boolean) {
    this.#holdsBack = holdsBack;
    if (holdsBack || this.#waiting === NONE) return;
    const waiting = this.#waiting;
    this.#waiting = NONE;
    setImmediate(() => {
      for (const request of waiting) request();
    });
  }

  on(event: LaneEvent, listener: RequestListener): this;
  on(event: 'destroy', listener: EndListener): this;
  on(event: LaneEvent | 'destroy', listener: RequestListener | EndListener): this {
    if (event === 'destroy') this.#onEnd = withOne(this.#onEnd, listener as EndListener);
    else {
      this.#listeners ??= new Map();
      this.#listeners.set(event, listener as RequestListener);
    }
    return this;
  }

  onRequest(listener: AnyListener): this {
    this.#onRequest = listener;
    return this;
  }

  once(_event: 'ack', listener: AckListener): this {
    this.#onAck = withOne(this.#onAck, listener);
    return this;
  }

  destroy(options: LaneEndOptions = {}, callback?: (error: unknown) => void): this {
    this.#waiting = NONE;
    this.#connected = false;
    this.#hangUp(options, (error) => {
      this.#forget();
      callback?.(error);
    });
    return this;
  }

  #hangUp({ headers, onChallenge }: LaneEndOptions, end: (error: unknown) => void): void {
    const onResponse = (response: ResponseView): void => {
      if (response.status < 200) return;
      const isChallenge = response.status === 401 || response.status === 407;
      const proof = isChallenge ? onChallenge?.(response) : undefined;
      if (proof === undefined) end(null);
      else this.#hangUp({ headers: { ...headers, ...proof } }, end);
    };
    const sent = (result: SendResult): void => {
      if (!result.ok) end(new Error(result.reason));
    };
    this.#ctx.sendInDialog(this.#dialog, { method: 'BYE', headers, body: undefined }, { onResponse }, sent);
  }

  proveRefreshes(prove: (response: LaneReceivedResponse, method: string) => LaneHeaders | undefined): void {
    this.#dialog.prove = (response, method) => {
      const headers = prove(new ResponseView(response, undefined), method);
      return headers === undefined ? undefined : Object.entries(headers);
    };
  }

  request(
    options: LaneRequestOptions,
    callback: (error: unknown, response?: LaneReceivedResponse, ack?: LaneAck) => void,
  ): this {
    const ack: LaneAck = ({ body }) => this.#ctx.sendAck(this.#dialog, body);
    const isOfferless = options.method === 'INVITE' && options.noAck === true && options.body === undefined;
    const onResponse: ResponseTaker['onResponse'] = (response, outgoing) => {
      if (response.status >= 200) this.#open = withoutOne(this.#open, outgoing);
      const isAccepted = options.method === 'INVITE' && response.status >= 200 && response.status < 300;
      if (isAccepted && !isOfferless) ack({});
      if (isAccepted && isOfferless) callback(null, response, ack);
      else callback(null, response);
    };
    const sent = (result: SendResult): void => {
      if (!result.ok) callback(new Error(result.reason));
      else if (result.outgoing !== undefined) this.#open = withOne(this.#open, result.outgoing);
    };
    this.#ctx.sendInDialog(this.#dialog, options, { onResponse }, sent);
    return this;
  }

  /** A request of the peer; in the order they came, after those that wait. */
  receive(req: RequestView, res: ResponseWriter): void {
    if (this.#holdsBack) {
      this.#waiting = withOne(this.#waiting, () => this.receive(req, res));
      return;
    }
    if (req.method === 'BYE') {
      res.send(200);
      this.end(req, 'normal release');
      return;
    }
    if (req.method === 'INVITE') this.#remoteSdp = req.body;
    // Who has just been given the dialog still has to say what it listens to.
    setImmediate(() => this.#tell(req, res));
  }

  acknowledged(ack: LaneMessage): void {
    if (ack.body !== '') this.#remoteSdp = ack.body;
    // Who has just been given the dialog may still have to say that it listens.
    if (this.#onAck === NONE) setImmediate(() => this.#tellAck(ack));
    else this.#tellAck(ack);
  }

  #tellAck(ack: LaneMessage): void {
    const waiting = this.#onAck;
    this.#onAck = NONE;
    for (const listener of waiting) listener(ack);
  }

  /** Over: by the peer's BYE, or by one that the engine has sent. */
  end(bye: LaneMessage, reason: string): void {
    const listeners = this.#onEnd;
    this.#connected = false;
    this.#forget();
    for (const listener of listeners) listener(bye, reason);
  }

  #tell(req: RequestView, res: ResponseWriter): void {
    const event = EVENTS[req.method];
    const listener = event === undefined ? undefined : this.#listeners?.get(event);
    if (listener !== undefined) listener(req, res);
    else if (event !== undefined && this.#onRequest !== undefined) this.#onRequest(event, req, res);
    else if (this.#connected) res.send(event === undefined ? 501 : 200);
    else res.send(481);
  }

  #forget(): void {
    if (this.#dialog.attached === this) this.#dialog.attached = undefined;
    for (const outgoing of this.#open) outgoing.attached = undefined;
    this.#open = NONE;
    this.#onEnd = NONE;
    this.#onAck = NONE;
    this.#listeners = undefined;
    this.#onRequest = undefined;
  }
}

/** The leg that a dialog of the engine is. */
export function endOf(dialog: Dialog | undefined): DialogEnd | undefined {
  return dialog?.attached instanceof DialogEnd ? dialog.attached : undefined;
}
