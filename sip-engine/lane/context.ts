import type { Hub } from '../control/hub.ts';
import type { LocalOwner } from '../control/local-owner.ts';
import type { Incoming, RespondResult, SendResult } from '../dialog/index.ts';
import type { ShortLivedMap } from '../short-lived-map.ts';
import type { DialogEnd } from './lane-dialog.ts';
import type { ResponseView } from './lane-message.ts';
import type { LaneHeaders, LaneMessage } from './types.ts';

export interface LaneAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers?: LaneHeaders;
  readonly body?: string;
}

export interface LaneOrder {
  readonly method: string;
  readonly headers?: LaneHeaders | undefined;
  readonly body?: string | undefined;
}

/** Who waits for the responses to a request of ours. */
export type ResponseTaker = (response: ResponseView, dialogId: string) => void;

/** What the parts of the lane work with. */
export interface CallLaneContext {
  readonly hub: Hub;
  readonly owner: LocalOwner;
  /** Dialogs that are up, by id. */
  readonly dialogs: ShortLivedMap<DialogEnd>;
  /** Who waits for the PRACK of a provisional answer, by dialog id. */
  readonly pracks: ShortLivedMap<(prack: LaneMessage) => void>;
  /** Who waits for responses, by transaction id. */
  readonly takers: ShortLivedMap<ResponseTaker>;
  respond(incoming: Incoming, answer: LaneAnswer): RespondResult;
  /** A request in a dialog; `taker` hears of its responses. */
  sendInDialog(dialogId: string, order: LaneOrder, taker: ResponseTaker, done: (result: SendResult) => void): void;
  sendAck(dialogId: string, body: string | undefined): void;
  /** `prove` answers challenges of the refreshes that the engine sends in that dialog. */
  proveRefreshes(dialogId: string, prove: (response: ResponseView, method: string) => LaneHeaders | undefined): void;
}
