import type { CallContext, RouteOption } from '../call-context.ts';
import { nearestSetting } from '../nearest-setting.ts';
import { headerLinesOf } from '../srf-request.ts';
import type { BridgeDeps } from './bridge-deps.ts';
import { followOnRequest } from './follow-on-request.ts';
import type { LegFailure } from './leg-outcome.ts';

/** A call is sent on so often; then it fails. */
export const MAX_REDIRECTS = 3;

/**
 * Where a PBX that answered 3xx sends the call (RFC 3261 section 8.1.3.4), with the policy `follow`: as if its trunk
 * had called there, by its own rights and at its cost. Empty when it may not, or leads nowhere.
 */
export function redirectOptions(
  deps: Pick<BridgeDeps, 'resolveFor'>,
  context: CallContext,
  { trunk }: RouteOption,
  { status, response }: LegFailure,
): readonly RouteOption[] {
  if (trunk === undefined || response === undefined || status < 300 || status > 399) return [];
  if (nearestSetting(context.directory, { trunk, carrier: undefined }, 'redirect') !== 'follow') return [];
  const target = headerLinesOf(response, 'contact')
    .join(',')
    .match(/<([^>]+)>|((?:sips?|tel):[^\s,;>]+)/i);
  const request = followOnRequest(context, trunk, context.calledNumber, target?.[1] ?? target?.[2] ?? '');
  const resolved = request && deps.resolveFor(trunk, request);
  if (resolved === undefined || 'reason' in resolved) return [];
  const shown = resolved.presentation?.user;
  return resolved.options.map((option) => ({
    ...option,
    calledNumber: option.calledNumber ?? resolved.calledNumber,
    ...(option.carrier === undefined
      ? {}
      : { payerAccountId: trunk.accountId, payerTrunkId: trunk.id, ...(shown && { callerId: shown }) }),
  }));
}
