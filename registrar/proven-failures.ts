import type { RegisterFailure } from '../bus/index.ts';
import type { Reason } from '../telemetry/index.ts';
import { isConnection } from './binding.ts';

/** Given only to who has answered a nonce that was sent to that very address. */
export const PROVEN_REASONS: readonly Reason[] = [
  'wrong_password',
  'unknown_user',
  'auth_type_mismatch',
  'trunk_suspended',
  'account_suspended',
  'aor_mismatch',
  'bad_contact',
  'interval_too_brief',
  'too_many_contacts',
  'contact_shared',
  'stale_cseq',
];

const AFTER_A_NONCE: ReadonlySet<Reason> = new Set(PROVEN_REASONS);

/**
 * Whether a failed REGISTER came from the address that it names: the source of a datagram can be made up, that of a
 * connection or of an answered nonce cannot. Only such failures are evidence of who sits behind an address.
 */
export function isProvenFailure(failure: Pick<RegisterFailure, 'reason' | 'transport'>): boolean {
  return isConnection(failure.transport) || AFTER_A_NONCE.has(failure.reason);
}
