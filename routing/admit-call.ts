import type { TrunkRecord } from '../bus/index.ts';
import { note, type Reason, type Rejection } from '../telemetry/index.ts';
import type { AdmissionResult, Claim } from './admission/admission.ts';
import { claimOfCarrier, claimsOfAccount, claimsOfTrunk, outboundClass } from './admission/ceilings.ts';
import { type CallContext, callerTrunk, type RouteOption } from './call-context.ts';
import type { CallRate } from './call-rates.ts';

/**
 * Takes one place under every ceiling: the caller's trunk, account and those above it, then the called
 * side's (F-027, F-036, A13, A14). Options whose own ceiling is full are passed over; if none is left, the
 * first full ceiling names the reason.
 */
export function admitCall(context: CallContext): Rejection | undefined {
  let first: Rejection | undefined;
  for (let index = 0; index < context.options.length; index++) {
    const option = context.options[index] as RouteOption;
    const busy = option.rate === undefined ? undefined : context.effects.takeRates([option.rate]);
    if (busy !== undefined) {
      first ??= tooFast(busy);
      continue;
    }
    const claims = claimsFor(context, option);
    const result = context.effects.acquire(context, claims);
    if (result.ok) {
      context.admitted = index;
      note(context, 'admitCall', `${claims.length} ceilings`, 'room under all of them');
      return undefined;
    }
    first ??= refuse(result);
  }
  return first ?? { status: 480, reason: 'trunk_offline' };
}

/** A carrier that is given as many calls a second as it takes. */
export function tooFast({ key, perSecond }: CallRate): Rejection {
  return { status: 503, reason: 'rate_limited', sentence: `${perSecond} ${key} a second.`, lines: ['Retry-After: 1'] };
}

/** Every place that a call needs when it takes that option. */
export function claimsFor(context: CallContext, option: RouteOption): readonly Claim[] {
  if (context.isEmergency) return unlimited(context);
  const hierarchical = context.config.cacHierarchical;
  const { source } = context;
  const called = calledClaims(context, option, hierarchical);
  if (source === undefined) return called;
  const isCarrier = source.kind === 'carrier';
  const claims = isCarrier ? [claimOfCarrier(source.carrier, 'in')] : callerClaims(context, source.trunk, hierarchical);
  for (const claim of called) claims.push(claim);
  return claims;
}

/** An emergency call is counted like any other, and refused by no ceiling (F-114). */
function unlimited(context: CallContext): readonly Claim[] {
  const caller = callerTrunk(context);
  if (caller === undefined) return [];
  const claims = callerClaims(context, caller, context.config.cacHierarchical);
  return claims.map((claim) => ({ ...claim, limit: Number.POSITIVE_INFINITY }));
}

function callerClaims(context: CallContext, caller: TrunkRecord, hierarchical: boolean): Claim[] {
  return claimsOfTrunk(context.directory, caller, outboundClass(caller), hierarchical);
}

function calledClaims(context: CallContext, option: RouteOption, hierarchical: boolean): readonly Claim[] {
  if (option.carrier !== undefined) {
    const { payerAccountId } = option;
    const payer =
      payerAccountId === undefined ? [] : claimsOfAccount(context.directory, payerAccountId, 'out', hierarchical);
    return [...payer, claimOfCarrier(option.carrier, 'out')];
  }
  if (option.trunk !== undefined) return claimsOfTrunk(context.directory, option.trunk, 'in', hierarchical);
  // A DID that leads to a URI rings no trunk, but is a call of its account all the same.
  return context.did === undefined ? [] : claimsOfAccount(context.directory, context.did.accountId, 'in', hierarchical);
}

type Refusal = Extract<AdmissionResult, { readonly ok: false }>;

/** Inbound 486 with Q.850 cause 17, outbound 503 with cause 34 and no Retry-After (interface.md, Answers). */
export function refuse({ full, used }: Refusal): Rejection {
  const sentence = `${full.level} ${full.id} has ${used} of ${full.limit} ${full.class} calls.`;
  if (full.level === 'carrier') {
    // The tenant's line is free: another carrier may still bring or take the call.
    const reason = full.class === 'in' ? 'cac_carrier_in' : 'cac_carrier_out';
    return { status: 503, reason, sentence, lines: [CONGESTED] };
  }
  const reason = `cac_${full.level}_${full.class}` as const satisfies Reason;
  if (full.class === 'in') return { status: 486, reason, sentence, lines: [BUSY] };
  return { status: 503, reason, sentence, lines: [CONGESTED] };
}

const BUSY = 'Reason: Q.850;cause=17;text="User busy"';
const CONGESTED = 'Reason: Q.850;cause=34;text="No circuit available"';
