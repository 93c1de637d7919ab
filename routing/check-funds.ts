import { note, type Rejection } from '../telemetry/index.ts';
import { type CallContext, callerTrunk } from './call-context.ts';

/** Whether somebody can pay: asked of whoever keeps the wallets; without one, every call is free. */
export function checkFunds(context: CallContext): Rejection | undefined {
  if (context.isEmergency) {
    note(context, 'checkFunds', 'emergency', 'not asked');
    return undefined;
  }
  const rejection = context.effects.checkFunds(context);
  if (rejection !== undefined) return rejection;
  const payer = callerTrunk(context)?.accountId ?? context.did?.accountId;
  note(context, 'checkFunds', payer === undefined ? 'no payer' : `account ${payer}`, 'can pay');
  return undefined;
}
