import { Check } from 'typebox/value';
import type { CarrierRegistration, Disaster, RoutingPolicy } from '../../bus/index.ts';
import { STORED_POLICY, type StoredPolicy, type StoredRegistration } from './policy-schema.ts';

/** A policy that cannot be understood allows no call out: whoever wrote it meant to forbid something. */
const CLOSED: RoutingPolicy = Object.freeze({ allowed: [] });

/** Opens what is sealed in a policy; `undefined` when it does not open. */
export type OpenSecret = (sealed: string) => string | undefined;

/** The policy of a stored row, as routing reads it. */
export function parseRoutingPolicy(json: string, open: OpenSecret = () => undefined): RoutingPolicy {
  const stored: unknown = JSON.parse(json);
  if (!Check(STORED_POLICY, stored) || !isZone(stored.hours?.timezone)) return CLOSED;
  const all: { readonly [Key in keyof RoutingPolicy]: RoutingPolicy[Key] | undefined } = {
    dialPlan: stored.dial_plan,
    gatewayPlan: stored.gateway_plan,
    callerPlan: stored.caller_plan,
    callsPerSecond: stored.calls_per_second,
    callsPerSecondOut: stored.calls_per_second_out,
    blocked: stored.blocked,
    allowed: stored.allowed,
    hours: stored.hours,
    disaster: stored.disaster && parseDisaster(stored.disaster),
    callerId: stored.caller_id,
    tlsSubjects: stored.tls_subjects,
    refer: stored.refer,
    redirect: stored.redirect,
    privateMedia: stored.private_media,
    passHeaders: stored.pass_headers,
    location: stored.location,
    attestation: stored.attestation,
    registration: stored.registration && parseRegistration(stored.registration, open),
  };
  return Object.freeze(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}

/** Whether there is such a time zone; nothing said is well. */
export function isZone(timezone: string | undefined): boolean {
  if (timezone === undefined) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}

function parseDisaster(stored: NonNullable<StoredPolicy['disaster']>): Disaster | undefined {
  const to = parseDestination(stored);
  if (to === undefined) return undefined;
  return {
    to,
    ...(stored.after_sec !== undefined && { afterSec: stored.after_sec }),
    ...(stored.caller_id !== undefined && { callerId: stored.caller_id }),
  };
}

function parseDestination(stored: NonNullable<StoredPolicy['disaster']>): Disaster['to'] | undefined {
  if (stored.trunk_id !== undefined) return { kind: 'trunk', trunkId: stored.trunk_id };
  if (stored.number !== undefined) return { kind: 'number', number: stored.number };
  return stored.uri === undefined ? undefined : { kind: 'uri', uri: stored.uri };
}

function parseRegistration(stored: StoredRegistration, open: OpenSecret): CarrierRegistration | undefined {
  const password = open(stored.password_sealed);
  if (password === undefined) return undefined;
  const { registrar, username, domain, auth_username: authUsername, expires_sec: expiresSec } = stored;
  return {
    registrar,
    username,
    password,
    ...(domain !== undefined && { domain }),
    ...(authUsername !== undefined && { authUsername }),
    ...(expiresSec !== undefined && { expiresSec }),
  };
}
