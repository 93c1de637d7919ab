import type { DialRule } from '../bus/index.ts';
import { note, type Rejection } from '../telemetry/index.ts';
import { type CallContext, callerTrunk } from './call-context.ts';
import { applyDialPlan } from './numbers/dial-plan.ts';
import { e164Candidates, toE164 } from './numbers/e164.ts';
import { findRequestFault } from './request-fault.ts';

/**
 * Reads dialled and calling number as E.164 (P2). The carrier's default plan takes numbers with `+`, with
 * `00` and without either; national form is read with the country of the carrier, the trunk or its account.
 */
export function normalizeNumbers(context: CallContext): Rejection | undefined {
  const { invite } = context;
  const fault = findRequestFault(invite);
  if (fault !== undefined) return fault;
  const country = countryOf(context);
  const sent = invite.requestUri?.user ?? '';
  const dialled = applyDialPlan(dialPlanOf(context), sent);
  context.called = e164Candidates(dialled, country);
  context.calledNumber = context.called[0] ?? dialled;
  context.dialled = dialled;
  const caller = invite.assertedUser || invite.fromUser;
  context.caller = toE164(caller, country) ?? caller;
  const readings = context.called.length === 0 ? 'no telephone number' : context.called.join(' or ');
  note(context, 'normalizeNumbers', `${sent || invite.request.uri} from ${caller || 'nobody'}`, readings);
  return undefined;
}

/** How this trunk dials, or this carrier writes called numbers. */
function dialPlanOf(context: CallContext): readonly DialRule[] | undefined {
  if (context.source?.kind === 'carrier') return context.source.carrier.routing?.dialPlan;
  return callerTrunk(context)?.routing?.dialPlan;
}

/** ISO country of national numbers, nearest setting first; `null`: none. */
export function countryOf(context: CallContext): string | null {
  if (context.source?.kind === 'carrier') return context.source.carrier.country;
  const trunk = callerTrunk(context);
  if (trunk === undefined) return null;
  if (trunk.country !== null) return trunk.country;
  return context.directory.chain(trunk.accountId).find((account) => account.country !== null)?.country ?? null;
}
