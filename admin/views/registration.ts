import { Type } from 'typebox';
import type { OfflineCause } from '../../bus/index.ts';
import { OFFLINE_CAUSE, objectOrNull, orNull, REASON, setOf } from '../closed-sets.ts';
import type { RegisteredContact, RegistrationStatus, StoredFailure } from '../ports.ts';
import { isoTime, nullable } from '../shapes.ts';

export const REGISTRATION_STATE = setOf<RegistrationStatus['state']>({ never: true, registered: true, offline: true });
const RTT = nullable(Type.Number({ description: 'Round-trip time of the last answered probe (ms).' }));

const CONTACT_SHAPE = Type.Object({
  contact: Type.String(),
  source: Type.String(),
  transport: Type.String(),
  user_agent: Type.String(),
  registered_at: Type.String(),
  refreshed_at: Type.String(),
  expires_at: Type.String(),
  rtt_ms: RTT,
});

const LAST_FAILURE_SHAPE = Type.Object({
  at: Type.String(),
  source: Type.String(),
  reason: REASON,
  sentence: Type.String({ description: 'What was sent, and what was expected.' }),
  remedy: Type.String(),
});

export const REGISTRATION_SHAPE = Type.Object({
  state: REGISTRATION_STATE,
  since: nullable(Type.String()),
  reason: orNull(OFFLINE_CAUSE, { description: 'Why it is offline.' }),
  sentence: nullable(Type.String({ description: 'Why no PBX is registered, for people.' })),
  remedy: nullable(Type.String({ description: 'What to do about it.' })),
  contacts: Type.Array(CONTACT_SHAPE, { description: 'The newest first.' }),
  user_agent: nullable(Type.String()),
  transport: nullable(Type.String()),
  rtt_ms: RTT,
  expires_at: nullable(Type.String()),
  last_failure: objectOrNull(LAST_FAILURE_SHAPE),
});

/** A trunk's registration as the API shows it (A7), with why there is none. */
export function registrationView(status: RegistrationStatus | undefined) {
  const newest = status?.contacts[0];
  const failure = status?.lastFailure;
  return {
    state: status?.state ?? 'never',
    since: isoTime(status?.sinceMs ?? null),
    reason: status?.reason ?? null,
    ...whyNot(status),
    contacts: (status?.contacts ?? []).map(contactView),
    user_agent: newest?.userAgent ?? null,
    transport: newest?.transport ?? null,
    rtt_ms: newest?.rttMs ?? null,
    // 0: static, it never expires.
    expires_at: newest === undefined || newest.expiresAtMs === 0 ? null : isoTime(newest.expiresAtMs),
    last_failure: failure === undefined ? null : failureView(failure),
  };
}

interface Why {
  readonly sentence: string | null;
  readonly remedy: string | null;
}

const NEVER: Why = {
  sentence: 'No REGISTER of this trunk has come yet.',
  remedy: 'Enter the SIP server, user name and password of the trunk in the PBX, and let it out through its firewall.',
};

/** Only a server that runs knows more than that there was a registration. */
const NOT_RUNNING: Why = { sentence: 'The server is not running.', remedy: 'Start didfarm serve.' };

const CHECK_PBX = 'Check that the PBX is up and that its network lets it out.';

const OFFLINE: Readonly<Record<OfflineCause, Why>> = {
  expired: { sentence: 'The PBX did not refresh its registration in time.', remedy: CHECK_PBX },
  unregistered: { sentence: 'The PBX took its registration back.', remedy: 'Switch the trunk on again in the PBX.' },
  flow_closed: { sentence: 'The connection of the PBX was closed.', remedy: CHECK_PBX },
  probe_failed: { sentence: 'The PBX stopped answering.', remedy: CHECK_PBX },
  credentials_regenerated: {
    sentence: 'The password was regenerated.',
    remedy: 'Enter the new password in the PBX.',
  },
  account_suspended: {
    sentence: 'The trunk, its account or one above it was suspended.',
    remedy: 'Activate it again.',
  },
  trunk_deleted: { sentence: 'The trunk was deleted.', remedy: 'Make a new trunk.' },
};

/** What a failed REGISTER since then tells is nearer to the cause than how the last registration ended. */
function whyNot(status: RegistrationStatus | undefined): Why {
  if (status?.state === 'registered') return { sentence: null, remedy: null };
  const failure = status?.lastFailure;
  if (failure !== undefined && failure.atMs >= (status?.sinceMs ?? 0)) {
    return { sentence: failure.sentence, remedy: failure.remedy };
  }
  if (status === undefined || status.state === 'never') return NEVER;
  return status.reason === null ? NOT_RUNNING : OFFLINE[status.reason];
}

function failureView({ atMs, sourceAddress, sourcePort, reason, sentence, remedy }: StoredFailure) {
  return { at: isoTime(atMs), source: hostPort(sourceAddress, sourcePort), reason, sentence, remedy };
}

function contactView(contact: RegisteredContact) {
  return {
    contact: contact.contact,
    source: hostPort(contact.sourceAddress, contact.sourcePort),
    transport: contact.transport,
    user_agent: contact.userAgent,
    registered_at: isoTime(contact.registeredAtMs),
    refreshed_at: isoTime(contact.refreshedAtMs),
    expires_at: isoTime(contact.expiresAtMs),
    rtt_ms: contact.rttMs ?? null,
  };
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
export function hostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
