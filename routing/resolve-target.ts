import type { DidRecord, TrunkRecord } from '../bus/index.ts';
import { note, type Rejection } from '../telemetry/index.ts';
import { type CallContext, callerTrunk } from './call-context.ts';
import { countryOf } from './normalize-numbers.ts';
import { isEmergency } from './numbers/emergency.ts';
import { didOptions } from './target/did-options.ts';
import { helpOptions, outOptions } from './target/out-options.ts';
import { trunkOption } from './target/trunk-legs.ts';

/**
 * Where the call goes: a DID of this platform (also from another tenant's trunk: it stays inside), a phone
 * of the same account, or out through the carriers (F-034, F-042, A31).
 */
export function resolveTarget(context: CallContext): Rejection | undefined {
  const caller = callerTrunk(context);
  if (caller !== undefined && isEmergency(context.dialled, countryOf(context))) return toHelp(context);
  const did = findCalledDid(context);
  if (did !== undefined) return toDid(context, did, caller);
  if (caller === undefined) return unknownDid(context);
  const extension = findExtension(context, caller);
  return extension === undefined ? toCarriers(context) : toExtension(context, extension);
}

function findCalledDid(context: CallContext): DidRecord | undefined {
  for (const number of context.called) {
    const did = context.directory.findDid(number);
    if (did === undefined) continue;
    context.calledNumber = number;
    return did;
  }
  return undefined;
}

function toDid(context: CallContext, did: DidRecord, caller: TrunkRecord | undefined): Rejection | undefined {
  context.did = did;
  context.direction = caller === undefined ? 'in' : 'internal';
  if (caller !== undefined && context.effects.isLoop(context.caller, context.calledNumber, caller.id)) {
    const sentence = `${context.caller} calls ${context.calledNumber} for the third time within 5 s, again from the trunk that was just called.`;
    return { status: 482, reason: 'loop_detected', sentence };
  }
  const resolved = didOptions(context, did);
  if ('rejection' in resolved) return resolved.rejection;
  context.options = resolved.options;
  note(context, 'resolveTarget', context.calledNumber, `${resolved.via}: ${describe(context)}`);
  return undefined;
}

/** Phones of one account in one realm call each other by user name; never across accounts. */
function findExtension(context: CallContext, caller: TrunkRecord): TrunkRecord | undefined {
  const user = context.dialled;
  const callee = context.directory.findCredential(user, caller.realm);
  return callee?.accountId === caller.accountId && callee.kind === 'extension' ? callee : undefined;
}

function toExtension(context: CallContext, callee: TrunkRecord): Rejection | undefined {
  const user = callee.username;
  context.direction = 'internal';
  context.calledNumber = user;
  const option = trunkOption(context, callee, user);
  if (typeof option === 'string') context.unreachable = callee;
  if (option === 'suspended') return { status: 480, reason: 'trunk_suspended' };
  if (option === 'forbidden') return { status: 480, reason: 'target_forbidden' };
  if (option === 'offline')
    return { status: 480, reason: 'trunk_offline', sentence: `${user}: no phone is registered.` };
  context.options = [option];
  note(context, 'resolveTarget', user, `extension: ${describe(context)}`);
  return undefined;
}

/** F-114: as dialled, over every carrier there is, those that list the number as a prefix first. */
function toHelp(context: CallContext): Rejection | undefined {
  context.direction = 'out';
  context.isEmergency = true;
  context.calledNumber = context.dialled;
  context.options = helpOptions(context, context.calledNumber);
  if (context.options.length === 0) return noCarrier(context.calledNumber);
  note(context, 'resolveTarget', context.calledNumber, `emergency: ${describe(context)}`);
  return undefined;
}

function noCarrier(number: string): Rejection {
  return { status: 503, reason: 'no_carrier', sentence: `No carrier takes calls to ${number}.` };
}

function toCarriers(context: CallContext): Rejection | undefined {
  context.direction = 'out';
  const number = context.called[0];
  if (number === undefined) {
    const sentence = `"${context.calledNumber}" is no number in international or national form.`;
    return { status: 484, reason: 'bad_number', sentence };
  }
  context.calledNumber = number;
  context.options = outOptions(context, number);
  if (context.options.length === 0) return noCarrier(number);
  note(context, 'resolveTarget', number, `out: ${describe(context)}`);
  return undefined;
}

/** P2: name what was probably meant. */
function unknownDid(context: CallContext): Rejection {
  const dialled = context.dialled;
  const near = context.directory.nearestDids(dialled).map((candidate) => candidate.number);
  const hint = near.length === 0 ? '' : ` Nearest: ${near.join(', ')}.`;
  return { status: 404, reason: 'unknown_did', sentence: `The call is for "${dialled}", which nobody owns.${hint}` };
}

function describe(context: CallContext): string {
  return context.options.map((option) => option.legs.map((leg) => leg.label).join(', ')).join('; ');
}
