import { throttled } from '../../auth/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import { type RegisterContext, required } from '../context.ts';

/** Every REGISTER is challenged (interface.md, What is challenged). */
export function authenticate(context: RegisterContext): Rejection | undefined {
  const realm = required(context.realm, 'realm');
  const { auth, events } = context.options;
  const outcome = auth.authenticator.challengeOrAuthenticate(context.request, 'www', realm);
  context.trunk = outcome.trunk;
  if (!outcome.ok) {
    context.username = outcome.username;
    return outcome.rejection;
  }
  const { trunk, password, credentials } = outcome;
  context.username = credentials.username;
  context.credentials = credentials;
  if (context.bindings.states.passwordChanged(trunk, password)) events.passwordMoved?.(trunk.id);
  const waitSec = auth.limits.countIdentity(trunk.uuid, context.request.sourceAddress);
  if (waitSec > 0) return throttled('rate_limited', waitSec);
  context.password = password;
  return undefined;
}
