import { type Reason, type Rejection, reasonEntry } from '../../telemetry/index.ts';
import type { LegTarget } from '../call-context.ts';
import type { ReceivedResponse } from '../srf-adapter.ts';

/** How one attempt at one target failed. */
export interface LegFailure {
  /** The final status; of the engine's own making when `isLocal`. */
  readonly status: number;
  /** Nothing came from the target at all. */
  readonly isLocal: boolean;
  /** A 180 or another 18x had come before. */
  readonly rang: boolean;
  readonly response: ReceivedResponse | undefined;
}

/**
 * Whether the next target may be tried. Bindings: transport failure, silence, 430 and 503, never after any
 * 18x (interface.md, Bindings). Carriers: 408, transport failure and 5xx but 501, 505 and 513, never after the
 * called side rang or has answered for itself (P11).
 */
export function mayTryNext(kind: LegTarget['kind'], failure: LegFailure): boolean {
  if (failure.rang) return false;
  if (failure.isLocal) return true;
  const { status } = failure;
  if (kind !== 'gateway') return status === 430 || status === 503;
  if (status === 408) return true;
  return status >= 500 && status < 600 && status !== 501 && status !== 505 && status !== 513;
}

/** What the caller is told, and under which reason the call ends, after the last attempt failed. */
export function rejectionFor(kind: LegTarget['kind'], failure: LegFailure): Rejection {
  const sentence = describe(kind, failure);
  if (failure.isLocal) return failure.status === 403 ? FORBIDDEN : unreachable(kind, sentence);
  const { status } = failure;
  const reason = answerReason(status);
  if (reason !== undefined) return { status, reason, sentence };
  // A challenge or a redirection is between us and the target: the caller could do nothing with it.
  const isOurs = status < 400 || status === 401 || status === 407;
  if (kind !== 'gateway') return { status: isOurs ? 502 : status, reason: 'pbx_failed', sentence };
  if (isOurs || mayTryNext(kind, failure)) return { status: 503, reason: 'carrier_failed', sentence };
  return { status, reason: 'carrier_refused', sentence };
}

/** Whether the far end decided: then nothing of ours is added to the answer. */
export function isPeerAnswer(kind: LegTarget['kind'], failure: LegFailure): boolean {
  return !failure.isLocal && rejectionFor(kind, failure).status === failure.status;
}

/** The engine's own word on a target that nobody's words may lead to. */
const FORBIDDEN: Rejection = { status: reasonEntry('target_forbidden').status, reason: 'target_forbidden' };

function unreachable(kind: LegTarget['kind'], sentence: string): Rejection {
  const reason: Reason = kind === 'gateway' ? 'carrier_failed' : 'pbx_unreachable';
  return { status: reasonEntry(reason).status, reason, sentence };
}

function answerReason(status: number): Reason | undefined {
  if (status === 486 || status === 600) return 'busy';
  if (status === 603 || status === 607 || status === 608) return 'declined';
  if (status === 404 || status === 604) return 'not_found';
  return status === 480 || status === 487 ? 'no_answer' : undefined;
}

function describe(kind: LegTarget['kind'], failure: LegFailure): string {
  const who = kind === 'gateway' ? 'The carrier' : 'The PBX';
  if (failure.isLocal) return `${who} could not be reached (${failure.status}).`;
  return `${who} answered ${failure.status} ${failure.response?.reason ?? ''}`.trim();
}
