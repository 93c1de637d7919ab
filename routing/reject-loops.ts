import { note, type Rejection } from '../telemetry/index.ts';
import type { CallContext } from './call-context.ts';

/** History-Info and Diversion entries beyond this are a circle, not a forwarding. */
const MAX_DIVERSIONS = 10;

/** RFC 3261 16.3 step 3, and the depth of forwarding as far as headers tell. */
export function rejectLoops(context: CallContext): Rejection | undefined {
  const { request, maxForwards } = context.invite;
  const diversions = countEntries(request.headerLines('diversion'));
  const history = countEntries(request.headerLines('history-info'));
  if (maxForwards === 0) return { status: 483, reason: 'too_many_hops', sentence: 'Max-Forwards is 0.' };
  if (Math.max(diversions, history) > MAX_DIVERSIONS) {
    const sentence = `The call was forwarded ${Math.max(diversions, history)} times, more than ${MAX_DIVERSIONS}.`;
    return { status: 482, reason: 'loop_detected', sentence };
  }
  note(
    context,
    'rejectLoops',
    `Max-Forwards ${maxForwards}, forwarded ${Math.max(diversions, history)} times`,
    'proceed',
  );
  return undefined;
}

function countEntries(lines: readonly string[]): number {
  return lines.reduce((count, line) => count + (line.match(/<[^>]*>/g)?.length ?? 1), 0);
}
