import { completeInDialog, completeResponse, decorateFor, lacksContentType } from '../control/complete.ts';
import type { Hub } from '../control/hub.ts';
import { LocalOwner } from '../control/local-owner.ts';
import {
  contactOf,
  type Dialog,
  type Incoming,
  type Outgoing,
  type RespondResult,
  type SendResult,
} from '../dialog/index.ts';
import { OutgoingMessage, type SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import { appAnswer, appRequest } from './app-message.ts';
import type { CallLaneContext, LaneOrder, ResponseTaker } from './context.ts';
import { DialogEnd, endOf } from './lane-dialog.ts';
import { MessageView, ResponseView } from './lane-message.ts';
import { RequestView, ResponseWriter, viewOf } from './lane-request.ts';
import type {
  CallLane,
  LaneDialog,
  LaneHeaders,
  LaneInviteHandler,
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
  readonly decorate: CallLaneContext['decorate'];
  readonly #onInvite: LaneInviteHandler;

  constructor(hub: Hub, onInvite: LaneInviteHandler) {
    super();
    this.hub = hub;
    this.decorate = decorateFor(hub.deps.transport);
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
    const engineDialog = incoming.invite?.dialog;
    if (engineDialog === undefined) return { failure: new Error('the request makes no dialog') };
    const received = new ResponseView(message, incoming.flow);
    return { dialog: new DialogEnd(this, engineDialog, remoteUri, req.body, received), failure: null };
  }

  onNewRequest(incoming: Incoming): void {
    const req = new RequestView(incoming);
    incoming.attached = req;
    this.#onInvite(req, new ResponseWriter(this, incoming));
  }

  onDialogRequest(incoming: Incoming): void {
    const req = new RequestView(incoming);
    const res = new ResponseWriter(this, incoming);
    incoming.attached = req;
    if (req.method === 'PRACK') {
      takePrack(req, res);
      return;
    }
    const dialog = endOf(incoming.dialog);
    if (dialog !== undefined) dialog.receive(req, res);
    else if (req.method === 'UPDATE') earlyUpdate(req, res);
    else res.send(481);
  }

  onAck(dialog: Dialog, ack: SipMessage): void {
    endOf(dialog)?.acknowledged(new MessageView(ack));
  }

  onCancel(incoming: Incoming, cancel: SipMessage): void {
    const req = viewOf(incoming);
    // Once, and INVITEs outside of dialogs only.
    incoming.attached = undefined;
    if (incoming.dialog === undefined)
      req?.tell('cancel', new RequestView(incoming, cancel), new ResponseWriter(this, incoming));
  }

  onResponse(outgoing: Outgoing, response: SipMessage, flow: Flow | undefined): void {
    const taker = outgoing.attached as ResponseTaker | undefined;
    if (response.status >= 200) outgoing.attached = undefined;
    taker?.onResponse(new ResponseView(response, flow), outgoing);
  }

  onDialogEnded(dialog: Dialog, bye: OutgoingMessage): void {
    const reason = bye.header('reason') ?? '';
    endOf(dialog)?.end(new MessageView(bye), /text="(.*)"/.exec(reason)?.[1] ?? reason);
  }

  respond(
    incoming: Incoming,
    status: number,
    reason: string,
    headers: LaneHeaders | undefined,
    body: string | undefined,
  ): RespondResult {
    let response: OutgoingMessage;
    try {
      response = completeResponse(this.hub, incoming, appAnswer(status, reason, headers, body), true);
    } catch (error) {
      // The peer must not wait for an answer that can never be sent.
      this.hub.dialogs.respond(incoming, OutgoingMessage.responseTo(incoming.message, 500));
      return { ok: false, reason: String(error) };
    }
    return this.hub.dialogs.respond(incoming, response);
  }

  sendInDialog(
    dialog: Dialog | string,
    { method, headers, body }: LaneOrder,
    taker: ResponseTaker,
    done: (result: SendResult) => void,
  ): void {
    let template: OutgoingMessage;
    try {
      template = completeInDialog(appRequest(method, '', headers, body), this.hub.usual);
    } catch (error) {
      done({ ok: false, reason: String(error) });
      return;
    }
    if (lacksContentType(template)) {
      done({ ok: false, reason: 'missing content-type' });
      return;
    }
    const sent = (result: SendResult): void => {
      if (result.ok && result.outgoing !== undefined) result.outgoing.attached = taker;
      done(result);
    };
    if (typeof dialog === 'string') this.hub.dialogs.sendInDialog(this, dialog, template, this.decorate, sent);
    else this.hub.dialogs.sendIn(this, dialog, template, this.decorate, sent);
  }

  sendAck(dialog: Dialog, body: string | undefined): void {
    this.hub.dialogs.sendAckIn(
      dialog,
      completeInDialog(appRequest('ACK', '', undefined, body), this.hub.usual),
      nothing,
    );
  }
}

const nothing = (): void => undefined;

/** The INVITE that a request is about, unless it is one outside of dialogs that has its final answer. */
function openInvite({ incoming }: RequestView): RequestView | undefined {
  const invite = incoming.dialog?.peerInvite;
  return invite?.finished === true && invite.dialog === undefined ? undefined : viewOf(invite);
}

function takePrack(req: RequestView, res: ResponseWriter): void {
  const invite = openInvite(req);
  const waiting = invite?.onPrack;
  if (invite !== undefined) invite.onPrack = undefined;
  res.send(200);
  waiting?.(req);
}

/** RFC 3311 section 5.2: who placed the call has not said yet what it can do. */
function earlyUpdate(req: RequestView, res: ResponseWriter): void {
  if (openInvite(req)?.tell('update', req, res) === true) return;
  res.send(500, undefined, { headers: { 'Retry-After': '5' } });
}
