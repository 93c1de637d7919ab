import type { Attestation } from '../../bus/index.ts';
import { type CallContext, callerTrunk, type RouteOption } from '../call-context.ts';
import { nearestSetting } from '../nearest-setting.ts';

/**
 * RFC 8588 section 4: A when we know the caller and the number is its own, B when we know the caller alone, C when the
 * call only came through us. What is set for the caller counts instead.
 */
function attestationOf(context: CallContext, option: RouteOption): Attestation {
  const trunk = callerTrunk(context);
  const carrier = context.source?.kind === 'carrier' ? context.source.carrier : undefined;
  const set = nearestSetting(context.directory, { trunk, carrier }, 'attestation');
  if (set !== undefined) return set;
  const shown = option.callerId ?? context.presentation?.user ?? '';
  const accountId = trunk?.accountId ?? option.payerAccountId;
  if (accountId === undefined) return 'C';
  return context.directory.findDid(shown)?.accountId === accountId ? 'A' : trunk === undefined ? 'C' : 'B';
}

/** The Identity header of a call that goes to a carrier; `undefined` where there is nothing to sign, or no key. */
export function signedIdentity(context: CallContext, option: RouteOption): string | undefined {
  const caller = option.callerId ?? context.presentation?.asserted ?? context.presentation?.user ?? '';
  if (context.identitySigner === undefined || option.carrier === undefined || !caller.startsWith('+')) return undefined;
  const origin = callerTrunk(context)?.uuid ?? option.carrier.uuid;
  const called = option.calledNumber ?? context.calledNumber;
  const attestation = attestationOf(context, option);
  return context.identitySigner.sign({ caller, called, attestation, origin, atMs: context.atMs });
}
