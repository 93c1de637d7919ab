import type { DidRecord, Disaster } from '../../bus/index.ts';
import { note } from '../../telemetry/index.ts';
import type { CallContext, RouteOption } from '../call-context.ts';
import { toE164 } from '../numbers/e164.ts';
import { outOptions } from './out-options.ts';
import { uriLeg } from './outside-leg.ts';
import { trunkOption } from './trunk-legs.ts';

/** Where a DID's call goes when its PBX cannot take it (F-116): another trunk, a number or a URI, paid by the DID's account. */
export function disasterOptions(context: CallContext, did: DidRecord, disaster: Disaster): readonly RouteOption[] {
  const { to, callerId } = disaster;
  const shown = callerId === undefined ? {} : { callerId };
  if (to.kind === 'uri') {
    const leg = uriLeg(context, to.uri);
    if (typeof leg === 'string') {
      note(context, 'resolveTarget', `disaster destination ${to.uri}`, leg);
      return [];
    }
    return [{ trunk: undefined, carrier: undefined, legs: [leg], ...shown }];
  }
  if (to.kind === 'trunk') {
    const trunk = context.directory.findTrunk(to.trunkId);
    // Nobody's calls are sent to another account, whatever a policy says (F-005).
    const option = trunk?.accountId === did.accountId ? trunkOption(context, trunk, context.calledNumber) : 'offline';
    return typeof option === 'string' ? [] : [{ ...option, ...shown }];
  }
  const number = toE164(to.number, context.directory.getAccount(did.accountId)?.country ?? null);
  if (number === undefined) return [];
  return outOptions(context, number).map((option) => ({
    ...option,
    callerId: callerId ?? context.calledNumber,
    calledNumber: number,
    payerAccountId: did.accountId,
  }));
}
