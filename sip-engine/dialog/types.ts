import type { JudgeTarget } from '../judge-targets.ts';
import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { EngineLogger, EngineRandom } from '../ports.ts';
import type { ShortLivedMap } from '../short-lived-map.ts';
import type { TimingWheel } from '../timer/index.ts';
import type { ForkTaker, ServerTransaction, TimerValues, TransactionLayer } from '../transaction/types.ts';
import type { Flow, ListenPoint, Target, TransportLayer } from '../transport/types.ts';
import type { Dialog } from './dialog.ts';
import type { DialogTable } from './dialog-table.ts';
import type { Incoming } from './incoming.ts';
import type { Outgoing } from './outgoing.ts';
import type { UnderWay } from './under-way.ts';

/** Who hears of a request, its responses and its dialog: one connected application. */
export interface Owner {
  /** True once the application has gone; nothing is delivered to it any more. */
  readonly gone: boolean;
}

/** Finds where a URI leads (RFC 3263), best first; at once for literal addresses. */
export type ResolveUri = (uri: string, done: (result: readonly Target[] | Error) => void) => void;

/** Where the next request goes: a way back that is known, or a URI to resolve. */
export interface NextHop {
  readonly flow?: Flow;
  readonly uri?: string;
  /** Keep the local UDP socket where the transport allows it. */
  readonly via?: ListenPoint;
  /** Give up when nothing at all, not even 100, has come after so many ms; a late answer is cancelled or hung up. */
  readonly silenceMs?: number | undefined;
  /** The URI is not ours: its targets are judged. */
  readonly guard?: Guard;
}

/** Whose words a URI is, and what is tried when all that it leads to is refused. */
export interface Guard {
  /** Address they came from, which may always be answered. */
  readonly peer?: string;
  readonly instead?: Target;
}

/** Outcome of an application's answer: the message as sent, or why it was not. */
export type RespondResult =
  | { readonly ok: true; readonly sent: OutgoingMessage; readonly dialogId: string }
  | { readonly ok: false; readonly reason: string };

/** Outcome of an application's request: as sent, or why it was not. `flow` is absent when no way was found. */
export type SendResult =
  | {
      readonly ok: true;
      /** `undefined` of an ACK, which nobody answers. */
      readonly outgoing: Outgoing | undefined;
      readonly bytes: Buffer;
      readonly flow: Flow | undefined;
    }
  | { readonly ok: false; readonly reason: string };

export type CdrKind = 'attempt' | 'start' | 'stop';

export interface CdrEvent {
  readonly kind: CdrKind;
  readonly source: 'network' | 'application';
  /** Role for `start`, reason for `stop`. */
  readonly detail: string;
  readonly text: Buffer;
}

/** What the dialog layer tells its user: the control protocol. */
export interface DialogUser {
  /** Outside every dialog: the user takes it (sets `owner`) or answers it. */
  onNewRequest(incoming: Incoming): void;
  /** Inside a dialog (early ones included); `incoming.owner` is alive. */
  onDialogRequest(incoming: Incoming, dialogId: string): void;
  /** `invite` is the request it belongs to, where that made the dialog. */
  onAck(dialog: Dialog, ack: SipMessage, flow: Flow, invite: Incoming | undefined): void;
  /**
   * An unanswered INVITE is over: the caller cancelled it, or it was given up here. The final is out.
   * `dialogId` is empty when nothing above 100 had been sent.
   */
  onCancel(incoming: Incoming, cancel: SipMessage, dialogId: string): void;
  /** Every 1xx but 100 and one final; `flow` is absent for finals made locally. */
  onResponse(outgoing: Outgoing, response: SipMessage, flow: Flow | undefined, dialogId: string): void;
  /** The layer ended a dialog by itself with this BYE. */
  onDialogEnded(dialog: Dialog, bye: OutgoingMessage, flow: Flow): void;
  onCdr(event: CdrEvent): void;
  /** A request or ACK whose To tag belongs to no dialog: true when it is forwarded (a proxied dialog). */
  onUnknownDialog(transaction: ServerTransaction): boolean;
  onUnknownAck(ack: SipMessage, flow: Flow): void;
}

export interface DialogOptions {
  /** Look at Contact and source address to see through NAT, and believe `nat=yes` of proxies as well. */
  readonly natDetection: 'off' | 'on' | 'aggressive';
  /** The refresher when the caller leaves it open; `none` ignores the caller's Session-Expires. @default 'none' */
  readonly defaultRefresher: 'none' | 'uac' | 'uas';
  /** `Server` and `User-Agent` of what is made here. */
  readonly agent: string | undefined;
  /** A connection on which so many requests in a row got no answer is closed; 0 = never. */
  readonly maxConsecutiveTimeouts: number;
}

/** What every part of the layer works with. */
export interface DialogContext {
  readonly transactions: TransactionLayer;
  readonly transport: TransportLayer;
  readonly resolve: ResolveUri;
  /** Absent: everything may be reached. */
  readonly judge?: JudgeTarget | undefined;
  readonly wheel: Pick<TimingWheel, 'after'>;
  readonly random: EngineRandom;
  readonly logger: EngineLogger;
  readonly timers: TimerValues;
  readonly options: DialogOptions;
  readonly table: DialogTable;
  readonly user: DialogUser;
  /** Requests received that wait for a final answer. */
  readonly incoming: UnderWay<Incoming>;
  /** Requests sent that wait for a final response. */
  readonly outgoing: UnderWay<Outgoing>;
  /** SUBSCRIBEs of ours without a dialog yet, by dialog id: a NOTIFY may be faster than the 2xx (RFC 6665 4.4.1). */
  readonly subscribes: ShortLivedMap<Outgoing>;
  /** Requests in a row without any answer, by connection. */
  readonly unanswered: WeakMap<Flow, number>;
  /** Hangs up what forks of INVITEs answer that have long been acknowledged. */
  readonly takesForks: ForkTaker;
}
