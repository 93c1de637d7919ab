import type { ReasonEntry } from './results.ts';

/** How a REGISTER, or the digest of any request, can end. */
// biome-ignore format: one row a reason
export const REGISTER_REASONS = {
  registered: { result: 'ok', status: 200, sentence: 'The PBX registered.', remedy: '' },
  refreshed: { result: 'ok', status: 200, sentence: 'The PBX refreshed its registration.', remedy: '' },
  unregistered: { result: 'ok', status: 200, sentence: 'The PBX removed its registration.', remedy: '' },
  fetched: { result: 'ok', status: 200, sentence: 'The PBX asked which contacts are registered.', remedy: '' },
  retransmitted: { result: 'ok', status: 200, sentence: 'The PBX sent the same REGISTER again and got the same answer again.', remedy: '' },
  challenged: { result: 'ok', status: 401, sentence: 'No credentials were sent, so they were asked for.', remedy: '' },
  wrong_password: { result: 'client_error', status: 401, publicReason: 'auth_failed', sentence: 'The user exists, but the password (or the realm it was hashed with) is wrong.', remedy: 'Type the password of this trunk again, or regenerate it and enter the new one in the PBX.' },
  unknown_user: { result: 'client_error', status: 401, publicReason: 'auth_failed', sentence: 'No trunk of this realm has that user name.', remedy: 'Compare the authentication user name in the PBX with the one of the trunk.' },
  unknown_realm: { result: 'client_error', status: 403, publicReason: 'unknown_realm', sentence: 'The SIP domain is not served here.', remedy: 'Set the registrar (SIP server, domain) in the PBX to the one shown with the trunk.' },
  aor_mismatch: { result: 'client_error', status: 403, publicReason: 'aor_mismatch', sentence: 'The credentials are right, but the address being registered belongs to somebody else.', remedy: 'Make the user in From, To and the authentication user name the same.' },
  auth_type_mismatch: { result: 'client_error', status: 403, publicReason: 'auth_type_mismatch', sentence: 'This trunk is not allowed to authenticate this way or from this address.', remedy: 'Add the address to the trunk, or change its auth_type.' },
  trunk_suspended: { result: 'client_error', status: 403, publicReason: 'suspended', sentence: 'The trunk is suspended or deleted.', remedy: 'Activate the trunk.' },
  account_suspended: { result: 'client_error', status: 403, publicReason: 'suspended', sentence: 'The account or one above it is suspended.', remedy: 'Activate the account.' },
  nonce_stale: { result: 'client_error', status: 401, publicReason: 'nonce_stale', sentence: 'The nonce had expired; a new one was sent.', remedy: 'Nothing: a PBX answers by itself.' },
  nonce_foreign: { result: 'client_error', status: 401, publicReason: 'nonce_stale', sentence: 'The nonce was not made here, not for this realm, or not for this address; a new one was sent.', remedy: 'Nothing, unless it repeats: then another server answers under the same name, or the address changes between packets.' },
  nonce_replay: { result: 'client_error', status: 401, publicReason: 'nonce_stale', sentence: 'The nonce count was used before; a new nonce was sent.', remedy: 'Nothing, unless it repeats: then somebody replays captured packets.' },
  nonce_previous_start: { result: 'client_error', status: 401, publicReason: 'nonce_stale', sentence: 'The nonce is of before the last restart; a new one was sent.', remedy: 'Nothing: a PBX answers by itself.' },
  banned: { result: 'client_error', status: 503, publicReason: 'banned', sentence: 'The address is banned for repeated failures with different identities.', remedy: 'Correct the credentials, then lift the ban (didfarm bans lift) or wait.' },
  rate_limited: { result: 'client_error', status: 503, publicReason: 'rate_limited', sentence: 'Too many requests in a short time.', remedy: 'Slow down; a PBX retries by itself after Retry-After.' },
  interval_too_brief: { result: 'client_error', status: 423, publicReason: 'interval_too_brief', sentence: 'The asked registration time is below the minimum.', remedy: 'Nothing: a PBX asks again with Min-Expires. Else raise the registration interval.' },
  bad_contact: { result: 'client_error', status: 400, publicReason: 'bad_contact', sentence: 'A Contact cannot be understood, or Contact: * is misused.', remedy: 'Report it to the maker of the PBX; the trace shows the header.' },
  too_many_contacts: { result: 'client_error', status: 403, publicReason: 'too_many_contacts', sentence: 'One REGISTER lists more contacts than the trunk may have.', remedy: 'Raise max_contacts of the trunk, or remove devices.' },
  stale_cseq: { result: 'client_error', status: 500, publicReason: 'stale_cseq', sentence: 'A REGISTER of the same Call-ID with a higher CSeq was already handled.', remedy: 'Nothing: the older request arrived late.' },
  bad_request: { result: 'client_error', status: 400, publicReason: 'bad_request', sentence: 'The request is malformed.', remedy: 'The trace names the header at fault.' },
  first_hop_lacks_outbound: { result: 'client_error', status: 439, publicReason: 'first_hop_lacks_outbound', sentence: 'The PBX counts on outbound (reg-id), and the proxy next to it does not offer it.', remedy: 'Switch outbound (RFC 5626) off in the PBX, or on in the proxy, so that its Path carries ;ob.' },
  bad_extension: { result: 'client_error', status: 420, publicReason: 'bad_extension', sentence: 'The request demands an extension that is not supported.', remedy: 'Switch that extension off in the PBX.' },
} as const satisfies Record<string, ReasonEntry>;
