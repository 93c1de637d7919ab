import type { Hub } from '../control/hub.ts';
import type { LocalOwner } from '../control/local-owner.ts';
import type { Decorate, Dialog, Incoming, Outgoing, RespondResult, SendResult } from '../dialog/index.ts';
import type { ResponseView } from './lane-message.ts';
import type { LaneHeaders } from './types.ts';

export interface LaneOrder {
  readonly method: string;
  readonly headers?: LaneHeaders | undefined;
  readonly body?: string | undefined;
}

/** Who waits for the responses to a request of ours: it is attached to the request. */
export interface ResponseTaker {
  onResponse(response: ResponseView, outgoing: Outgoing): void;
}

/** What the parts of the lane work with. */
export interface CallLaneContext {
  readonly hub: Hub;
  readonly owner: LocalOwner;
  /** Local addresses, once the way of a request is known. */
  readonly decorate: Decorate;
  respond(
    incoming: Incoming,
    status: number,
    reason: string,
    headers: LaneHeaders | undefined,
    body: string | undefined,
  ): RespondResult;
  /** A request in a dialog, or in the one of that id; `taker` hears of its responses. */
  sendInDialog(
    dialog: Dialog | string,
    order: LaneOrder,
    taker: ResponseTaker,
    done: (result: SendResult) => void,
  ): void;
  sendAck(dialog: Dialog, body: string | undefined): void;
}
