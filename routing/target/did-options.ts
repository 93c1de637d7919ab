import type { Destination, DidRecord, Disaster, TrunkRecord } from '../../bus/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import type { CallContext, RouteOption } from '../call-context.ts';
import { disasterOptions } from './disaster-options.ts';
import { orderGroup } from './group-order.ts';
import { uriLeg } from './outside-leg.ts';
import { trunkOption, type Unreachable } from './trunk-legs.ts';

export type Resolved =
  | { readonly options: readonly RouteOption[]; readonly via: string }
  | { readonly rejection: Rejection };

/** Where a DID rings: its destination, else `did_default_dest` up the tree (F-025, A26, A27). */
export function didOptions(context: CallContext, did: DidRecord): Resolved {
  const blocked = blockedDid(context, did);
  if (blocked !== undefined) return { rejection: blocked };
  const resolved = context.directory.resolveDestination(did);
  if (resolved === undefined) return rejects(`${did.number} has no destination and no account above it a default.`);
  return destinationOptions(context, did, resolved.destination, resolved.from);
}

function blockedDid(context: CallContext, did: DidRecord): Rejection | undefined {
  if (did.status === 'suspended') return { status: 480, reason: 'did_suspended' };
  if (did.status === 'pending_regulatory') {
    return { status: 480, reason: 'did_suspended', sentence: `${did.number} waits for regulatory approval.` };
  }
  if (context.directory.isActive(did.accountId)) return undefined;
  return { status: 480, reason: 'did_suspended', sentence: `The account of ${did.number} is suspended.` };
}

function destinationOptions(
  context: CallContext,
  did: DidRecord,
  destination: Exclude<Destination, { readonly kind: 'account_default' }>,
  from: string,
): Resolved {
  switch (destination.kind) {
    case 'trunk':
    case 'extension':
      return trunksOptions(context, did, [destination.trunkId], `${destination.kind} of the ${from}`);
    case 'trunk_group': {
      const group = context.directory.findGroup(destination.groupId);
      if (group === undefined) return rejects(`The trunk group of ${did.number} does not exist.`);
      return trunksOptions(context, did, orderGroup(group, context.effects), `trunk group ${group.name}`);
    }
    case 'uri': {
      const leg = uriLeg(context, destination.uri);
      if (typeof leg === 'string') return { rejection: forbidden(leg) };
      return { options: [{ trunk: undefined, carrier: undefined, legs: [leg] }], via: `URI of the ${from}` };
    }
    case 'reject':
      return rejects(`${did.number} is set to reject calls.`);
  }
}

function trunksOptions(context: CallContext, did: DidRecord, trunkIds: readonly number[], via: string): Resolved {
  const called = context.calledNumber;
  const own: TrunkRecord[] = [];
  for (const id of trunkIds) {
    const trunk = context.directory.findTrunk(id);
    if (trunk !== undefined && sharesLine(context, did, trunk)) own.push(trunk);
  }
  if (own.length === 0) return rejects(`The destination of ${did.number} does not exist, or is another tenant's.`);
  const options: RouteOption[] = [];
  const why: Unreachable[] = [];
  for (const trunk of own) {
    const option = trunkOption(context, trunk, called);
    if (typeof option === 'string') why.push(option);
    else options.push(option);
  }
  const disaster = did.routing?.disaster ?? own.find((trunk) => trunk.routing?.disaster)?.routing?.disaster;
  const instead = disaster === undefined ? [] : disasterOptions(context, did, disaster);
  if (options.length > 0) return { options: withDisaster(options, instead, disaster), via };
  if (instead.length > 0) return { options: instead, via: `disaster destination, ${via} is offline` };
  context.unreachable = own[0];
  return { rejection: unreachable(own, why) };
}

/** After an outage that shows only in the call, and, where it says so, when nobody answers. */
function withDisaster(
  options: readonly RouteOption[],
  instead: readonly RouteOption[],
  disaster: Disaster | undefined,
): readonly RouteOption[] {
  if (instead.length === 0) return options;
  const { afterSec } = disaster ?? {};
  if (afterSec === undefined) return [...options, ...instead];
  return [...options.map((option) => ({ ...option, ringMs: afterSec * 1000 })), ...instead];
}

/** A DID rings trunks of its own account, of one above it or of one below it, and nobody else's (F-005). */
function sharesLine(context: CallContext, did: DidRecord, trunk: TrunkRecord): boolean {
  if (trunk.accountId === did.accountId) return true;
  const above = context.directory.chain(did.accountId).some((account) => account.id === trunk.accountId);
  return above || context.directory.chain(trunk.accountId).some((account) => account.id === did.accountId);
}

function unreachable(trunks: readonly TrunkRecord[], why: readonly Unreachable[]): Rejection {
  const names = trunks.map((trunk) => trunk.name).join(', ');
  const target = trunks.length === 1 && why[0] === 'forbidden' ? trunks[0]?.ipTarget : undefined;
  if (why.every((state) => state === 'forbidden'))
    return forbidden(`${names}: calls may not be sent to ${target ?? 'their addresses'}.`);
  if (why.every((state) => state === 'suspended')) {
    return { status: 480, reason: 'trunk_suspended', sentence: `${names}: suspended.` };
  }
  return { status: 480, reason: 'trunk_offline', sentence: `${names}: no PBX is registered.` };
}

function forbidden(sentence: string): Rejection {
  return { status: 480, reason: 'target_forbidden', sentence };
}

function rejects(sentence: string): Resolved {
  return { rejection: { status: 480, reason: 'did_rejects', sentence } };
}
