import type { Reason, Result, TraceLine } from '../telemetry/index.ts';
import type { PackedCalls } from './call-batch.ts';
import type { FundsEnding, SpendAlarm } from './funds.ts';

/** What the SIP threads tell the main thread, in batches. Times are epoch milliseconds. */
export type SipEvent =
  | { readonly kind: 'binding'; readonly change: BindingChange }
  | { readonly kind: 'refreshes'; readonly refreshes: BindingRefreshes }
  | { readonly kind: 'trunk_state'; readonly state: TrunkStateChange }
  | { readonly kind: 'trunk_transition'; readonly transition: TrunkTransition }
  | { readonly kind: 'credentials_moved'; readonly trunkId: number; readonly accountId: number; readonly atMs: number }
  | { readonly kind: 'call'; readonly record: CallRecord }
  | { readonly kind: 'calls'; readonly calls: PackedCalls }
  | { readonly kind: 'register_failure'; readonly failure: RegisterFailure }
  | { readonly kind: 'ban'; readonly ban: BanChange }
  | { readonly kind: 'calls_alive'; readonly atMs: number }
  | { readonly kind: 'spend_alarm'; readonly alarm: SpendAlarm }
  | { readonly kind: 'funds_ending'; readonly ending: FundsEnding }
  | { readonly kind: 'sip_message'; readonly message: SipMessage }
  | { readonly kind: 'carrier_state'; readonly change: CarrierStateChange };

/** A carrier can be used, or cannot; told when it is first known and on each change. */
export interface CarrierStateChange {
  readonly carrierId: number;
  readonly state: 'up' | 'down';
  /** `null` when it is up. */
  readonly reason: 'gateways_silent' | 'registration_failed' | null;
  readonly atMs: number;
}

/** A MESSAGE (RFC 3428) of a PBX that was answered 202: to be charged and sent on. */
export interface SipMessage {
  readonly trunkId: number;
  readonly accountId: number;
  /** The number that sends it, of that account. */
  readonly didId: number;
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** Names the request: it comes again when its answer was lost. */
  readonly key: string;
  readonly atMs: number;
}

/** A binding as it is persisted and shown: AOR -> contact (RFC 3261 section 10). */
export interface BindingRecord {
  readonly trunkId: number;
  readonly accountId: number;
  readonly aor: string;
  /** The URI exactly as registered, without brackets. */
  readonly contact: string;
  /** Header parameters of the contact, exactly as sent (`;q=0.5;+sip.instance="…"`). */
  readonly contactParams: string;
  readonly instance: string | null;
  readonly regId: number | null;
  readonly q: number;
  readonly callId: string;
  readonly cseq: number;
  readonly path: readonly string[];
  readonly transport: string;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly flowId: string;
  readonly userAgent: string;
  readonly registeredAtMs: number;
  readonly refreshedAtMs: number;
  readonly expiresAtMs: number;
}

export type BindingChange =
  | { readonly op: 'put'; readonly binding: BindingRecord }
  | {
      readonly op: 'remove';
      readonly trunkId: number;
      readonly contact: string;
      /** Tells flows with one Contact apart (RFC 5626 section 6). */
      readonly regId: number | null;
      readonly cause: OfflineCause | 'replaced';
    };

/**
 * Bindings that were registered again and changed in nothing but their times: one entry each in every list. Lists of
 * numbers cross between threads at a tenth of the cost of records.
 */
export interface BindingRefreshes {
  readonly trunkIds: readonly number[];
  readonly contacts: readonly string[];
  readonly regIds: readonly (number | null)[];
  readonly expiresAtMs: readonly number[];
}

export type OfflineCause =
  | 'expired'
  | 'unregistered'
  | 'flow_closed'
  | 'probe_failed'
  | 'credentials_regenerated'
  | 'account_suspended'
  | 'trunk_deleted';

/** Emitted on a change of state only, never on a refresh (A19). */
export interface TrunkStateChange {
  readonly trunkId: number;
  readonly accountId: number;
  readonly state: 'registered' | 'offline';
  readonly atMs: number;
  /** `null` when it came on. */
  readonly cause: OfflineCause | null;
  /** The binding that caused it. */
  readonly binding: BindingRecord;
}

/** Every change of state at its own time, also those that damping keeps from the events: availability counts them. */
export interface TrunkTransition {
  readonly trunkId: number;
  readonly accountId: number;
  readonly state: 'registered' | 'offline';
  readonly atMs: number;
  readonly cause: OfflineCause | null;
}

/** A trunk's registration as it stood when the last run ended. */
export interface TrunkStateRecord {
  readonly trunkId: number;
  readonly state: 'registered' | 'offline';
  readonly sinceMs: number;
  readonly cause: OfflineCause | null;
}

export interface RegisterFailure {
  readonly atMs: number;
  /** `null` when no trunk could be told. */
  readonly trunkId: number | null;
  readonly accountId: number | null;
  readonly realm: string;
  readonly username: string;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly transport: string;
  readonly userAgent: string;
  readonly callId: string;
  readonly result: Result;
  readonly reason: Reason;
  readonly sentence: string;
  readonly remedy: string;
  readonly trace: readonly TraceLine[];
}

export interface CallLeg {
  readonly callId: string;
  readonly remote: string;
  readonly contact: string;
  /** Kept while the leg is up, so that it can be ended after a crash. */
  readonly dialog?: LegDialog;
}

/** What a BYE needs beside the Call-ID (RFC 3261 12.2.1.1) when the process that held the dialog is gone. */
export interface LegDialog {
  /** Our side of the leg with its tag, as a From header says it. */
  readonly local: string;
  /** The peer with its tag, as a To header says it. */
  readonly remote: string;
  /** The number of our first request in the dialog; what we sent later is a little above it. */
  readonly cseq: number;
  /** Remote target: the peer's Contact. */
  readonly target: string;
  /** Route set, in the order of Route headers. */
  readonly routes: readonly string[];
  /** Ways to the peer, the best first: SIP URIs, with `;flow=` where a connection or socket is meant. */
  readonly hops: readonly string[];
  /** Whose registration shows a new way once the peer has reconnected. */
  readonly trunkId: number | null;
}

export interface CallAttempt {
  readonly target: string;
  readonly status: number;
  readonly atMs: number;
}

/** Written when the call starts, is answered and ends; the last write wins. Keyed by `uuid`. */
export interface CallRecord {
  readonly uuid: string;
  readonly direction: 'in' | 'out' | 'internal';
  /** Payer and owner: the trunk's account. `null` when none could be told. */
  readonly accountId: number | null;
  readonly trunkId: number | null;
  readonly didId: number | null;
  /** Whose number it was at the time: it may be another's since, or be gone. Not in records of before it was kept. */
  readonly didAccountId?: number;
  readonly carrierId: number | null;
  readonly from: string;
  readonly to: string;
  readonly startedAtMs: number;
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number | null;
  /** `null` while the call is up. */
  readonly result: Result | null;
  readonly reason: Reason | null;
  readonly status: number;
  readonly sentence: string;
  readonly aLeg: CallLeg;
  readonly bLeg: CallLeg | null;
  readonly attempts: readonly CallAttempt[];
  readonly hungUpBy: 'caller' | 'callee' | 'server' | null;
  /** A call for help (F-114). */
  readonly isEmergency?: boolean;
  /** What was paid in advance (s), where the call has outlasted it: nobody pays for our being late. */
  readonly paidSec?: number;
  /** The leg that was sent on into the public network (F-116): it is paid for beside the call. */
  readonly onward?: OnwardLeg;
  /** Audio codec of the answer (`PCMA/8000`), `null` while there is none. */
  readonly codec?: string | null;
  /** After a crash: the last moment at which the call is known to have been up. */
  readonly aliveAtMs?: number;
  readonly trace: readonly TraceLine[];
}

export interface OnwardLeg {
  /** Who pays: the account that sent it on. */
  readonly accountId: number;
  readonly trunkId: number | null;
  readonly carrierId: number;
  /** E.164. */
  readonly to: string;
}

export interface BanChange {
  readonly op: 'add' | 'lift';
  readonly address: string;
  readonly untilMs: number;
  readonly reason: string;
}
