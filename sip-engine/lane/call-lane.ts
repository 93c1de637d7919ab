import { completeInDialog, completeResponse, decorateFor, lacksContentType } from '../control/complete.ts';
import type { Hub } from '../control/hub.ts';
import { LocalOwner } from '../control/local-owner.ts';
import {
  contactOf,
  dialogId,
  type Incoming,
  type Outgoing,
  type RespondResult,
  type SendResult,
} from '../dialog/index.ts';
import { OutgoingMessage, type SipMessage } from '../message/index.ts';
import { ShortLivedMap } from '../short-lived-map.ts';
import type { Flow } from '../transport/index.ts';
import { toAppMessage } from './app-message.ts';
import type { CallLaneContext, LaneAnswer, LaneOrder, ResponseTaker } from './context.ts';
import { DialogEnd } from './lane-dialog.ts';
import { MessageView, ResponseView } from './lane-message.ts';
import { RequestView, ResponseWriter } from './lane-request.ts';
import type {
  CallLane,
  LaneDialog,
  LaneHeaders,
  LaneInviteHandler,
  LaneMessage,
  LaneRequest,
  LaneResponse,
  LaneUacOptions,
  LaneUacProgress,
  LaneUasOptions,
} from './types.ts';
import { callOut } from './uac-call.ts';

type DialogTaker = (error: unknown, dialog?: LaneDialog) => void;

/** What came of an answer of ours. */
interface Answered {
  readonly dialog?: LaneDialog;
  readonly failure: unknown;
}

/** Calls of an application in the same process, straight on the dialog layer: no frames, no text, no second parser. */
export class DirectCalls extends LocalOwner implements CallLane, CallLaneContext {
  readonly hub: Hub;
  readonly owner: LocalOwner = this;
  readonly dialogs = new ShortLivedMap<DialogEnd>();
  readonly pracks = new ShortLivedMap<(prack: LaneMessage) => void>();
  readonly takers = new ShortLivedMap<ResponseTaker>();
  readonly #onInvite: LaneInviteHandler;
  /** INVITEs that have no final answer, by the id that their dialog has or will have. */
  readonly #unanswered = new ShortLivedMap<RequestView>();

  constructor(hub: Hub, onInvite: LaneInviteHandler) {
    super();
    this.hub = hub;
    this.#onInvite = onInvite;
  }

  createUAC(options: LaneUacOptions, progress: LaneUacProgress): ReturnType<CallLane['createUAC']> {
    return callOut(this, options, progress);
  }

  createUAS(req: LaneRequest, res: LaneResponse, options: LaneUasOptions): Promise<LaneDialog>;
  createUAS(req: LaneRequest, res: LaneResponse, options: LaneUasOptions, done: DialogTaker): void;
  createUAS(
    req: LaneRequest,
    res: LaneResponse,
    options: LaneUasOptions,
    done?: DialogTaker,
  ): Promise<LaneDialog> | undefined {
    const { dialog, failure } = this.#answer(req as RequestView, res, options);
    if (done !== undefined) done(failure, dialog);
    else return dialog === undefined ? Promise.reject(failure) : Promise.resolve(dialog);
  }

  #answer(req: RequestView, res: LaneResponse, { localSdp, headers }: LaneUasOptions): Answered {
    const { incoming } = req;
    const { message } = incoming;
    const remoteUri = contactOf(message);
    if (remoteUri === undefined) return { failure: new Error('the request has no Contact') };
    let failure: unknown;
    res.send(200, undefined, { headers, body: localSdp }, (error) => {
      failure = error;
    });
    if (failure !== null) return { failure };
    const seed = {
      id: idOf(incoming),
      callId: message.callId,
      localTag: incoming.localTag,
      remoteTag: message.fromTag,
      remoteUri,
      remoteSdp: req.body,
      res: new ResponseView(message, incoming.flow),
    };
    return { dialog: new DialogEnd(this, seed), failure: null };
  }

  onNewRequest(incoming: Incoming): void {
    const req = new RequestView(incoming);
    const id = idOf(incoming);
    this.#unanswered.set(id, req);
    incoming.onFinish(() => {
      this.pracks.delete(id);
      // Whoever cancelled is told of it after the final answer.
      queueMicrotask(() => {
        if (this.#unanswered.get(id) === req) this.#unanswered.delete(id);
      });
    });
    this.#onInvite(req, new ResponseWriter(this, incoming));
  }

  onDialogRequest(incoming: Incoming, id: string): void {
    const req = new RequestView(incoming);
    const res = new ResponseWriter(this, incoming);
    if (req.method === 'PRACK') {
      this.#takePrack(req, res, id);
      return;
    }
    const dialog = this.dialogs.get(id);
    if (dialog !== undefined) dialog.receive(req, res);
    else if (req.method === 'UPDATE') this.#earlyUpdate(req, res, id);
    else res.send(481);
  }

  onAck(ack: SipMessage, _flow: Flow, id: string): void {
    this.dialogs.get(id)?.acknowledged(new MessageView(ack));
  }

  onCancel(incoming: Incoming, cancel: SipMessage): void {
    const req = this.#unanswered.get(idOf(incoming));
    if (req?.incoming !== incoming) return;
    this.#unanswered.delete(idOf(incoming));
    req.tell('cancel', new RequestView(incoming, cancel), new ResponseWriter(this, incoming));
  }

  onResponse(outgoing: Outgoing, response: SipMessage, flow: Flow | undefined, id: string): void {
    const taker = this.takers.get(outgoing.transactionId);
    if (response.status >= 200) this.takers.delete(outgoing.transactionId);
    taker?.(new ResponseView(response, flow), id);
  }

  onDialogEnded(id: string, bye: OutgoingMessage): void {
    const reason = bye.header('reason') ?? '';
    this.dialogs.get(id)?.end(new MessageView(bye), /text="(.*)"/.exec(reason)?.[1] ?? reason);
  }

  respond(incoming: Incoming, answer: LaneAnswer): RespondResult {
    let response: OutgoingMessage;
    try {
      response = completeResponse(this.hub.deps.transport, incoming, toAppMessage(answer), true);
    } catch (error) {
      // The peer must not wait for an answer that can never be sent.
      this.hub.dialogs.respond(incoming, OutgoingMessage.responseTo(incoming.message, 500));
      return { ok: false, reason: String(error) };
    }
    return this.hub.dialogs.respond(incoming, response);
  }

  sendInDialog(id: string, order: LaneOrder, taker: ResponseTaker, done: (result: SendResult) => void): void {
    let template: OutgoingMessage;
    try {
      template = completeInDialog(toAppMessage(order));
    } catch (error) {
      done({ ok: false, reason: String(error) });
      return;
    }
    if (lacksContentType(template)) {
      done({ ok: false, reason: 'missing content-type' });
      return;
    }
    this.hub.dialogs.sendInDialog(this, id, template, decorateFor(this.hub.deps.transport), (result) => {
      if (result.ok) this.takers.set(result.transactionId, taker);
      done(result);
    });
  }

  sendAck(id: string, body: string | undefined): void {
    this.hub.dialogs.sendAck(id, completeInDialog(toAppMessage({ method: 'ACK', body })), () => undefined);
  }

  proveRefreshes(id: string, prove: (response: ResponseView, method: string) => LaneHeaders | undefined): void {
    this.hub.dialogs.proveRefreshes(id, (response, method) => {
      const headers = prove(new ResponseView(response, undefined), method);
      return headers === undefined ? undefined : Object.entries(headers);
    });
  }

  #takePrack(req: RequestView, res: ResponseWriter, id: string): void {
    const waiting = this.pracks.get(id);
    this.pracks.delete(id);
    res.send(200);
    waiting?.(req);
  }

  /** RFC 3311 section 5.2: who placed the call has not said yet what it can do. */
  #earlyUpdate(req: RequestView, res: ResponseWriter, id: string): void {
    if (this.#unanswered.get(id)?.tell('update', req, res) === true) return;
    res.send(500, undefined, { headers: { 'Retry-After': '5' } });
  }
}

/** What its dialog is called, from the first provisional answer on. */
function idOf({ message }: Incoming): string {
  return dialogId(message.callId, message.fromTag);
}
