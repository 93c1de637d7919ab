import type { Rejection } from '../../telemetry/index.ts';
import { claimsFor, refuse, tooFast } from '../admit-call.ts';
import type { CallContext, RouteOption } from '../call-context.ts';
import type { BridgeDeps } from './bridge-deps.ts';

/** A further option needs places of its own, and may cost somebody more than the call did so far. */
export function admitOption(deps: BridgeDeps, context: CallContext, option: RouteOption): Rejection | undefined {
  const busy = option.rate === undefined ? undefined : context.effects.takeRates([option.rate]);
  if (busy !== undefined) return tooFast(busy);
  const unpaid = option.payerAccountId === undefined ? undefined : context.effects.checkFunds(context, option);
  if (unpaid !== undefined) return unpaid;
  const result = deps.admission.acquire(context.uuid, claimsFor(context, option), deps.leaseUntilMs());
  return result.ok ? undefined : refuse(result);
}
