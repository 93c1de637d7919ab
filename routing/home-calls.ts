import type { FundsKeeper } from '../billing-hooks/index.ts';
import type { Reason, Rejection } from '../telemetry/index.ts';
import { type CallContext, callerTrunk } from './call-context.ts';
import { nearestSetting, type Side } from './nearest-setting.ts';

/**
 * Which calls a thread that has only calls leaves to the one that has everything: those that need what is not shared.
 * That is money, rates by the second, our registrations at carriers, transfers and redirections (they start calls of
 * their own), and bindings that are not known here: they may have come a moment ago.
 */
export function createHomeCalls(
  keeper: Pick<FundsKeeper, 'pays' | 'hasPrices'>,
): (context: CallContext, rejection: Rejection | undefined) => boolean {
  return (context, rejection) => {
    if (mayBeRegisteredCarrier(context)) return true;
    if (rejection !== undefined) return isBetterKnown(context, rejection, keeper.hasPrices);
    return needsRates(context) || startsCalls(context) || isPaidFor(context, keeper);
  };
}

/** Without a nonce of this thread; a wrong password is counted here. */
const UNPROVEN: ReadonlySet<Reason> = new Set(['challenged', 'nonce_foreign', 'nonce_previous_start']);

/** Who has to prove who it is and may be one for home is asked there: else it would be asked once more. */
function isBetterKnown(context: CallContext, { reason }: Rejection, hasPrices: boolean): boolean {
  if (reason === 'trunk_offline' || context.unreachable !== undefined) return true;
  return UNPROVEN.has(reason) && (hasPrices || mayStartCalls(context.directory, claimedTrunk(context)));
}

/** Whose PBX it says it is, where From has its user name. */
function claimedTrunk({ directory, invite }: CallContext): Side {
  const isOurs = directory.findRealm(invite.fromHost) !== undefined;
  const trunk = directory.findCredential(invite.fromUser, isOurs ? invite.fromHost : directory.platformRealm);
  return { trunk, carrier: undefined };
}

/** A carrier that we are registered at calls from where its registrar is, which is known there alone (P26). */
function mayBeRegisteredCarrier({ directory, source, invite, bindings }: CallContext): boolean {
  if (source?.kind === 'trunk' || !directory.carriers().some(({ routing }) => routing?.registration !== undefined))
    return false;
  const { request } = invite;
  if (request.header('proxy-authorization') !== undefined) return false;
  return bindings.findBindingBySource(request.sourceAddress, request.sourcePort) === undefined;
}

function needsRates(context: CallContext): boolean {
  const { directory, options, source } = context;
  if (source?.kind === 'carrier' && source.carrier.routing?.callsPerSecond !== undefined) return true;
  if (nearestSetting(directory, { trunk: callerTrunk(context), carrier: undefined }, 'callsPerSecond') !== undefined) {
    return true;
  }
  return options.some(({ rate, carrier }) => rate !== undefined || carrier?.routing?.registration !== undefined);
}

function startsCalls(context: CallContext): boolean {
  const caller = { trunk: callerTrunk(context), carrier: undefined };
  return [caller, ...context.options].some((side) => mayStartCalls(context.directory, side));
}

/** What a side sends on is a call of its own, with places and a price. */
function mayStartCalls(directory: CallContext['directory'], side: Side): boolean {
  return (
    nearestSetting(directory, side, 'refer') === 'local' || nearestSetting(directory, side, 'redirect') === 'follow'
  );
}

function isPaidFor(context: CallContext, keeper: Pick<FundsKeeper, 'pays'>): boolean {
  const { directory, options, did, source } = context;
  const accounts = [callerTrunk(context)?.accountId, did?.accountId];
  const carriers = [source?.kind === 'carrier' ? source.carrier.id : undefined];
  for (const { trunk, carrier, payerAccountId } of options) {
    accounts.push(trunk?.accountId, payerAccountId);
    carriers.push(carrier?.id);
  }
  const isPayer = (id: number | undefined) =>
    id !== undefined && directory.chain(id).some((account) => keeper.pays(`account:${account.id}`));
  return accounts.some(isPayer) || carriers.some((id) => id !== undefined && keeper.pays(`carrier:${id}`));
}
