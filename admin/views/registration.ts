import { Type } from 'typebox';
import type { BindingRecord } from '../../bus/index.ts';
import type { RegistrationStatus } from '../ports.ts';
import { isoTime, nullable } from '../shapes.ts';

export const CONTACT_SHAPE = Type.Object({
  contact: Type.String(),
  source: Type.String(),
  transport: Type.String(),
  user_agent: Type.String(),
  registered_at: Type.String(),
  refreshed_at: Type.String(),
  expires_at: Type.String(),
});

export const REGISTRATION_SHAPE = Type.Object({
  state: Type.String({ description: 'never, registered or offline.' }),
  since: nullable(Type.String()),
  reason: nullable(Type.String({ description: 'Why it is offline.' })),
  contacts: Type.Array(CONTACT_SHAPE),
});

/** A trunk's registration as the API shows it (A7). */
export function registrationView(status: RegistrationStatus | undefined) {
  if (status === undefined) return { state: 'never', since: null, reason: null, contacts: [] };
  return {
    state: status.state,
    since: isoTime(status.sinceMs),
    reason: status.reason,
    contacts: status.contacts.map(contactView),
  };
}

function contactView(binding: BindingRecord) {
  const host = binding.sourceAddress.includes(':') ? `[${binding.sourceAddress}]` : binding.sourceAddress;
  return {
    contact: binding.contact,
    source: `${host}:${binding.sourcePort}`,
    transport: binding.transport,
    user_agent: binding.userAgent,
    registered_at: isoTime(binding.registeredAtMs),
    refreshed_at: isoTime(binding.refreshedAtMs),
    expires_at: isoTime(binding.expiresAtMs),
  };
}
