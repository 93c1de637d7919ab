import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { RoutingPolicy } from '../bus/index.ts';
import { note, type Rejection } from '../telemetry/index.ts';
import { type CallContext, callerTrunk } from './call-context.ts';
import type { CallRate } from './call-rates.ts';

/**
 * The fraud guard (F-112): where the caller's trunk, its account and every account above it let calls go, and how
 * many new calls a second each of them, or the calling carrier, may start.
 */
export function guardDestination(context: CallContext): Rejection | undefined {
  if (context.isEmergency) {
    note(context, 'guardDestination', 'emergency', 'not asked');
    return undefined;
  }
  const owners = ownersOf(context);
  const blocked = context.direction === 'out' ? owners.find((owner) => isBlocked(owner.policy, context)) : undefined;
  if (blocked !== undefined) {
    const sentence = `${blocked.name} does not allow calls to ${context.calledNumber}.`;
    return { status: 403, reason: 'destination_blocked', sentence };
  }
  const closed = context.direction === 'out' ? owners.find(({ policy }) => isClosed(policy, context)) : undefined;
  if (closed !== undefined) {
    const sentence = `${closed.name} allows no calls out at this hour.`;
    return { status: 403, reason: 'destination_blocked', sentence };
  }
  const limits: CallRate[] = [];
  for (const { key, policy } of owners) {
    if (policy.callsPerSecond !== undefined) limits.push({ key, perSecond: policy.callsPerSecond });
  }
  const full = context.effects.takeRates(limits);
  if (full !== undefined) {
    const sentence = `${full.key} may start ${full.perSecond} calls a second.`;
    return { status: 503, reason: 'rate_limited', sentence, lines: ['Retry-After: 1'] };
  }
  note(context, 'guardDestination', context.calledNumber, `${owners.length} policies`);
  return undefined;
}

interface Owner {
  readonly key: string;
  readonly name: string;
  readonly policy: RoutingPolicy;
}

function ownersOf(context: CallContext): readonly Owner[] {
  if (context.source?.kind === 'carrier') {
    const { carrier } = context.source;
    return carrier.routing ? [{ key: `carrier ${carrier.id}`, name: carrier.name, policy: carrier.routing }] : [];
  }
  const trunk = callerTrunk(context);
  if (trunk === undefined) return [];
  const own = trunk.routing ? [{ key: `trunk ${trunk.id}`, name: trunk.name, policy: trunk.routing }] : [];
  const above = context.directory
    .chain(trunk.accountId)
    .flatMap(({ id, name, routing }) => (routing ? [{ key: `account ${id}`, name, policy: routing }] : []));
  return [...own, ...above];
}

/** A carrier's hours say when it is used, which is decided where the call goes. */
function isClosed({ hours }: RoutingPolicy, { openHours, atMs }: CallContext): boolean {
  return !openHours.isOpen(hours, atMs);
}

function isBlocked({ blocked, allowed }: RoutingPolicy, { calledNumber }: CallContext): boolean {
  if (blocked === undefined && allowed === undefined) return false;
  const country = parsePhoneNumberFromString(calledNumber)?.country;
  const lists = (list: readonly string[] | undefined) =>
    list?.some((entry) => (entry.startsWith('+') ? calledNumber.startsWith(entry) : entry === country)) ?? false;
  return lists(blocked) || (allowed !== undefined && !lists(allowed));
}
