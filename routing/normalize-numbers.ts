import type { DialRule, RoutingPolicy } from '../bus/index.ts';
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
  const sent = isOurContact(context) ? invite.calledUser : (invite.requestUri?.user ?? '');
  const dialled = applyDialPlan(dialPlanOf(context), sent);
  context.called = e164Candidates(dialled, country);
  context.calledNumber = context.called[0] ?? dialled;
  context.dialled = dialled;
  const caller = planned(context, invite.assertedUser || invite.fromUser);
  context.caller = toE164(caller, country) ?? caller;
  const readings = context.called.length === 0 ? 'no telephone number' : context.called.join(' or ');
  note(context, 'normalizeNumbers', `${sent || invite.request.uri} from ${caller || 'nobody'}`, readings);
  return undefined;
}

/** A caller number as this trunk's or carrier's plan rewrites it. */
export function planned(context: CallContext, sent: string): string {
  return applyDialPlan(policyOf(context)?.callerPlan, sent);
}

/** How this trunk dials, or this carrier writes called numbers. */
function dialPlanOf(context: CallContext): readonly DialRule[] | undefined {
  return policyOf(context)?.dialPlan;
}

/** What is set for whoever calls: the carrier or the trunk itself. */
function policyOf(context: CallContext): RoutingPolicy | undefined {
  return context.source?.kind === 'carrier' ? context.source.carrier.routing : callerTrunk(context)?.routing;
}

/** A carrier we are registered at may call our Contact; then the number stands elsewhere (P26). */
function isOurContact({ source }: CallContext): boolean {
  return source?.kind === 'carrier' && source.isOurContact === true;
}

/** ISO country of national numbers, nearest setting first; `null`: none. */
export function countryOf(context: CallContext): string | null {
  if (context.source?.kind === 'carrier') return context.source.carrier.country;
  const trunk = callerTrunk(context);
  if (trunk === undefined) return null;
  if (trunk.country !== null) return trunk.country;
  return context.directory.chain(trunk.accountId).find((account) => account.country !== null)?.country ?? null;
}
