import type { TrunkRecord } from '../../bus/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import type { AdmissionResult, Claim } from '../admission/admission.ts';
import type { CallContext, CallEffects } from '../call-context.ts';
import type { CallRate } from '../call-rates.ts';
import { allowedTrunk } from '../identify-source.ts';

/** What the state says that a simulated call meets; whether it takes anything of it is its own business. */
export interface SimulatedState {
  takeRates(rates: readonly CallRate[]): CallRate | undefined;
  checkFunds(context: CallContext): Rejection | undefined;
  acquire(context: CallContext, claims: readonly Claim[]): AdmissionResult;
  isLoop(caller: string, called: string, trunkId: number): boolean;
  nextTurn(groupId: number, size: number): number;
}

/** Effects of a call that nobody places: who calls is taken to have proved it, and nobody is called. */
export function simulatedEffects(trunk: TrunkRecord | undefined, state: SimulatedState): CallEffects {
  return {
    authenticate: (context) => {
      if (trunk === undefined) {
        const isTried = context.invite.request.header('proxy-authorization') !== undefined;
        return { kind: 'rejected', rejection: { status: 407, reason: isTried ? 'unknown_user' : 'challenged' } };
      }
      const refused = allowedTrunk(context, trunk);
      return refused === undefined ? { kind: 'accepted', trunk } : { kind: 'rejected', rejection: refused };
    },
    takeRates: (rates) => state.takeRates(rates),
    checkFunds: (context) => state.checkFunds(context),
    acquire: (context, claims) => state.acquire(context, claims),
    isLoop: (caller, called, trunkId) => state.isLoop(caller, called, trunkId),
    nextTurn: (groupId, size) => state.nextTurn(groupId, size),
    random: () => 0,
    bridge: () => undefined,
  };
}
