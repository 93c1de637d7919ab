import { type Few, withOne, withoutOne } from '../few.ts';
import type { CallLaneContext } from './context.ts';
import type { ResponseView } from './lane-message.ts';
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

interface DialogSeed {
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly remoteUri: string;
  readonly remoteSdp: string;
  readonly res: ResponseView;
}

type RequestListener = (req: LaneRequest, res: LaneResponse) => void;
type AnyListener = (event: LaneEvent, req: LaneRequest, res: LaneResponse) => void;
type EndListener = (bye: LaneMessage, reason: string) => void;

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
  readonly id: string;
  readonly sip: LaneDialog['sip'];
  readonly res: LaneReceivedResponse;
  readonly #ctx: CallLaneContext;
  readonly #remoteUri: string;
  #remoteSdp: string;
  #connected = true;
  #holdsBack = false;
  /** Requests of ours without a final response: what a BYE overtakes is never told of one. */
  #open: Few<string> = NONE;
  #waiting: Few<() => void> = NONE;
  #listeners: Map<LaneEvent, RequestListener> | undefined;
  #onRequest: AnyListener | undefined;
  #onEnd: readonly EndListener[] = NONE;
  #onAck: readonly ((ack: LaneMessage) => void)[] = NONE;

  constructor(ctx: CallLaneContext, seed: DialogSeed) {
    this.#ctx = ctx;
    this.id = seed.id;
    this.sip = { callId: seed.callId, localTag: seed.localTag, remoteTag: seed.remoteTag };
    this.res = seed.res;
    this.#remoteUri = seed.remoteUri;
    this.#remoteSdp = seed.remoteSdp;
    ctx.dialogs.set(this.id, this);
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
    if (event === 'destroy') this.#onEnd = [...this.#onEnd, listener as EndListener];
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

  once(_event: 'ack', listener: (ack: LaneMessage) => void): this {
    this.#onAck = [...this.#onAck, listener];
    return this;
  }

  destroy(options: LaneEndOptions = {}, callback?: (error: unknown) => void): this {
    this.#waiting = NONE;
    this.#connected = false;
    const end = (error: unknown) => {
      this.#forget();
      callback?.(error);
    };
    this.#hangUp(options, end);
    return this;
  }

  #hangUp({ headers, onChallenge }: LaneEndOptions, end: (error: unknown) => void): void {
    this.#ctx.sendInDialog(
      this.id,
      { method: 'BYE', headers },
      (response) => {
        if (response.status < 200) return;
        const isChallenge = response.status === 401 || response.status === 407;
        const proof = isChallenge ? onChallenge?.(response) : undefined;
        if (proof === undefined) end(null);
        else this.#hangUp({ headers: { ...headers, ...proof } }, end);
      },
      (result) => {
        if (!result.ok) end(new Error(result.reason));
      },
    );
  }

  proveRefreshes(prove: (response: LaneReceivedResponse, method: string) => LaneHeaders | undefined): void {
    this.#ctx.proveRefreshes(this.id, prove);
  }

  request(
    options: LaneRequestOptions,
    callback: (error: unknown, response?: LaneReceivedResponse, ack?: LaneAck) => void,
  ): this {
    const ack: LaneAck = ({ body }) => this.#ctx.sendAck(this.id, body);
    const isOfferless = options.method === 'INVITE' && options.noAck === true && options.body === undefined;
    let transactionId = '';
    this.#ctx.sendInDialog(
      this.id,
      options,
      (response) => {
        if (response.status >= 200) this.#open = withoutOne(this.#open, transactionId);
        const isAccepted = options.method === 'INVITE' && response.status >= 200 && response.status < 300;
        if (isAccepted && !isOfferless) ack({});
        if (isAccepted && isOfferless) callback(null, response, ack);
        else callback(null, response);
      },
      (result) => {
        if (!result.ok) return callback(new Error(result.reason));
        transactionId = result.transactionId;
        this.#open = withOne(this.#open, transactionId);
      },
    );
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
    setImmediate(() => {
      const waiting = this.#onAck;
      this.#onAck = NONE;
      for (const listener of waiting) listener(ack);
    });
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
    if (this.#ctx.dialogs.get(this.id) === this) this.#ctx.dialogs.delete(this.id);
    for (const id of this.#open) this.#ctx.takers.delete(id);
    this.#open = NONE;
    this.#onEnd = NONE;
    this.#onAck = NONE;
    this.#listeners = undefined;
    this.#onRequest = undefined;
  }
}
