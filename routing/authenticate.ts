import { note, type Rejection } from '../telemetry/index.ts';
import { type CallContext, callerTrunk } from './call-context.ts';

/** Digest for everybody that the address alone does not identify (407, RFC 3261 22.3). */
export function authenticate(context: CallContext): Rejection | undefined {
  if (context.source !== undefined) {
    const how = callerTrunk(context) === undefined ? 'carrier' : 'IP trunk';
    note(context, 'authenticate', how, 'not challenged');
    return undefined;
  }
  const verdict = context.effects.authenticate(context);
  if (verdict.kind === 'rejected') return verdict.rejection;
  context.source = { kind: 'trunk', trunk: verdict.trunk };
  note(context, 'authenticate', `${verdict.trunk.username}@${verdict.trunk.realm}`, `trunk ${verdict.trunk.uuid}`);
  return undefined;
}
