import type { SipMessage } from '../../bus/index.ts';
import type { Reason, Rejection } from '../../telemetry/index.ts';
import type { ContextWorld } from '../create-context.ts';
import type { RoutingAuth } from '../ports.ts';

/** A MESSAGE to be sent. */
export interface MessageOrder {
  readonly uri: string;
  /** Next hop; absent: the Request-URI is resolved. */
  readonly proxy: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Sends one; `done` is told the final status once, `undefined` when nobody answered. */
export type SendMessage = (order: MessageOrder, done: (status: number | undefined) => void) => void;

/** One MESSAGE that has ended. */
export interface MessageEnd {
  readonly direction: 'in' | 'out';
  readonly reason: Reason;
  /** What was answered; 0 where nobody did. */
  readonly status: number;
  readonly accountId: number | null;
  readonly trunkId: number | null;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly sentence: string;
}

export interface MessageRouterDeps {
  /** What calls are judged by; messages are judged by the same. */
  readonly world: () => ContextWorld;
  readonly auth: RoutingAuth;
  readonly send: SendMessage;
  /** Takes what a PBX has sent on to whoever charges it. */
  readonly accept: (message: SipMessage) => void;
  readonly onEnded: (end: MessageEnd) => void;
  /** Messages that one number may send in a minute. */
  readonly perMinute: number;
  readonly nowMs: () => number;
  /** Who sends too much; the same shares as REGISTER has. @default nobody does */
  readonly limits?: MessageLimits;
  /** Why nothing is served now. @default everything is */
  readonly unready?: () => Rejection | undefined;
}

/** Each counts one, and says how many seconds to wait when it is one too many, else 0. */
export interface MessageLimits {
  /** Before anything is asked of a MESSAGE. */
  countSource(address: string): number;
  /** A refused MESSAGE of a PBX that is known. */
  countIdentity(identity: string, address: string): number;
}

/** How a MESSAGE is answered: status and rendered header lines. */
export interface MessageAnswer {
  readonly status: number;
  readonly lines: readonly string[];
}
