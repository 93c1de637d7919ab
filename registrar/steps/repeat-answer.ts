import type { Rejection } from '../../telemetry/index.ts';
import type { RegisterContext } from '../context.ts';

/** A retransmission is not a replay: the same packet within 32 s hears the same answer, before any nonce check. */
export function repeatAnswer(context: RegisterContext): Rejection | undefined {
  const authorizations = context.request.headerLines('authorization');
  if (authorizations.length === 0) return undefined;
  const answer = context.recent.find(context.request, authorizations, context.nowMs);
  return answer === undefined ? undefined : { status: answer.status, reason: 'retransmitted', lines: answer.lines };
}
