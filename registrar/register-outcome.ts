import { parseSipUri } from '../auth/index.ts';
import type { RegisterFailure } from '../bus/index.ts';
import { completeTrace, type Reason, type Rejection, type Result, reasonEntry, type Step } from '../telemetry/index.ts';
import type { RegisterContext } from './context.ts';

/** How one REGISTER ended; `lines` are header lines without CR LF. */
export interface RegisterOutcome {
  readonly status: number;
  readonly lines: readonly string[];
  readonly reason: Reason;
  readonly result: Result;
}

/** The outcome of a flow that no step refused. */
export function acceptedOutcome(context: RegisterContext): RegisterOutcome {
  return { status: 200, lines: context.lines, reason: context.reason, result: reasonEntry(context.reason).result };
}

/** The outcome of a refusal, with its public reason in Warning: 399 (interface.md, Answers). */
export function refusedOutcome(context: RegisterContext, rejection: Rejection): RegisterOutcome {
  const { result, publicReason } = reasonEntry(rejection.reason);
  const lines = rejection.lines ?? [];
  const { reason, status } = rejection;
  if (publicReason === undefined) return { status, lines, reason, result };
  return { status, lines: [...lines, `Warning: 399 ${warnAgent(context)} "${publicReason}"`], reason, result };
}

/** The decision trace of a failed REGISTER: what was sent, what was expected, how to mend it. */
export function describeFailure(
  steps: readonly Step<RegisterContext>[],
  context: RegisterContext,
  rejection: Rejection,
): RegisterFailure {
  const { request, trunk } = context;
  const entry = reasonEntry(rejection.reason);
  return {
    atMs: context.nowMs,
    trunkId: trunk?.id ?? null,
    accountId: trunk?.accountId ?? null,
    realm: context.warnRealm,
    username: context.username,
    sourceAddress: request.sourceAddress,
    sourcePort: request.sourcePort,
    transport: request.transport,
    userAgent: request.header('user-agent') ?? '',
    callId: request.callId,
    result: entry.result,
    reason: rejection.reason,
    sentence: rejection.sentence ?? entry.sentence,
    remedy: entry.remedy,
    trace: completeTrace(steps, context, rejection),
  };
}

/** The realm of the request, or its host where no realm was found. */
function warnAgent(context: RegisterContext): string {
  const host = context.warnRealm || parseSipUri(context.request.uri)?.host || context.options.directory.platformRealm;
  return host.includes(':') ? `[${host}]` : host;
}
