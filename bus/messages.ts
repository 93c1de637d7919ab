import type { DirectoryDelta } from './directory-records.ts';
import type { BindingShare, DirectoryShare } from './directory-share.ts';
import type { CallRecord, SipEvent, TrunkStateRecord } from './events.ts';

/** Main thread to SIP thread. */
export type DownMessage =
  | { readonly type: 'directory'; readonly delta: DirectoryDelta }
  /** A part of the next delta, which is seen when that comes. */
  | { readonly type: 'directory_stage'; readonly share: DirectoryShare }
  | { readonly type: 'directory_share'; readonly share: DirectoryShare }
  | { readonly type: 'binding_share'; readonly share: BindingShare }
  | {
      readonly type: 'restore';
      readonly calls: readonly CallRecord[];
      readonly states: readonly TrunkStateRecord[];
      /** Where the first SIP thread listens, for those that share its ports. */
      readonly points?: readonly ListeningAddress[];
    }
  | { readonly type: 'request'; readonly id: number; readonly name: SipRequestName; readonly args: unknown };

/** SIP thread to main thread. */
export type UpMessage =
  | { readonly type: 'ready'; readonly listening: readonly ListeningAddress[] }
  | { readonly type: 'fatal'; readonly message: string }
  | { readonly type: 'ack'; readonly version: number }
  /** A part of a delta has been taken in: another may come. */
  | { readonly type: 'staged' }
  | { readonly type: 'batch'; readonly events: readonly SipEvent[]; readonly lost: number }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string };

export interface ListeningAddress {
  readonly transport: string;
  readonly host: string;
  readonly port: number;
}

/** What `send_message` asks for: a message for the PBX that a number rings. */
export interface PbxMessage {
  readonly uuid: string;
  /** From 1. */
  readonly attempt: number;
  /** E.164, or a name. */
  readonly from: string;
  /** The number of ours, E.164. */
  readonly to: string;
  readonly body: string;
}

/** What became of it: the number rings no PBX, none is registered, none said anything, or its last answer. */
export type PbxMessageResult =
  | { readonly kind: 'no_pbx' }
  | { readonly kind: 'offline' | 'silent'; readonly trunkId: number }
  | { readonly kind: 'answered'; readonly trunkId: number; readonly status: number };

/**
 * What the main thread may ask of a SIP thread; the answer is read from its memory.
 * `metrics` collects Prometheus values, `drain` stops new work and answers when calls have ended.
 */
export type SipRequestName =
  | 'send_message'
  | 'metrics'
  | 'explain'
  | 'funds'
  | 'set_aside'
  | 'let_go'
  | 'carrier_registrations'
  | 'registrations'
  | 'bans'
  | 'lift_ban'
  | 'stats'
  | 'drain'
  | 'stop';
