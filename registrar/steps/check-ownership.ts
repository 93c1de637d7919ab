import type { Rejection } from '../../telemetry/index.ts';
import { type RegisterContext, required } from '../context.ts';

/** The address-of-record must be user@realm of the identity that authenticated (RFC 3261 section 10.3, steps 4 and 5). */
export function checkOwnership(context: RegisterContext): Rejection | undefined {
  const to = required(context.to, 'to');
  const trunk = required(context.trunk, 'trunk');
  const { realms } = context.options.auth;
  const isOwnRealm =
    to.host === context.realm?.realm || realms.resolve(to.host).realm === context.realm || realms.isOwnName(to.host);
  if (to.user === trunk.username && isOwnRealm) return undefined;
  return {
    status: 403,
    reason: 'aor_mismatch',
    sentence: `You sent To ${to.user}@${to.host}, expected ${trunk.username}@${trunk.realm}.`,
  };
}
