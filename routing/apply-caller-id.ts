import { note, type Rejection } from '../telemetry/index.ts';
import { type CallContext, callerTrunk, type Presentation } from './call-context.ts';
import { nearestSetting } from './nearest-setting.ts';
import { countryOf, planned } from './normalize-numbers.ts';
import { toE164 } from './numbers/e164.ts';

/**
 * How the caller is shown. What a carrier says is passed on; a tenant may show numbers that its account
 * owns, else `default_cid_number` is shown, else the call is refused (A31, F-024).
 */
export function applyCallerId(context: CallContext): Rejection | undefined {
  const presentation = present(context);
  if (presentation === undefined) {
    const sentence = `${context.caller || 'The caller number'} is not owned by the account, and no default_cid_number is set.`;
    return { status: 403, reason: 'caller_id_forbidden', sentence };
  }
  context.presentation = presentation;
  const shown = presentation.isPrivate ? 'anonymous' : presentation.user;
  note(context, 'applyCallerId', context.invite.from.uri, presentation.replaced ? `${shown} (default)` : shown);
  return undefined;
}

function present(context: CallContext): Presentation | undefined {
  const { invite } = context;
  const caller = callerTrunk(context);
  const display = invite.isPrivate ? '' : invite.assertedDisplay || invite.from.display;
  if (caller === undefined) {
    // RFC 3325 section 7: an asserted identity does not go to an untrusted side when privacy is asked.
    const asserted = invite.isPrivate || invite.assertedUser === '' ? undefined : context.caller;
    return { user: context.caller, display, isPrivate: invite.isPrivate, asserted, replaced: false };
  }
  if (isInsideAccount(context)) {
    const user = ownedNumber(context) ?? caller.username;
    return { user, display, isPrivate: invite.isPrivate, asserted: undefined, replaced: false };
  }
  if (context.isEmergency) return helpPresentation(context);
  if (nearestSetting(context.directory, { trunk: caller, carrier: undefined }, 'callerId') === 'trusted') {
    return trusted(context, display);
  }
  const owned = ownedNumber(context);
  const number = owned ?? defaultNumber(context);
  if (number === undefined) return undefined;
  const asserted = context.direction === 'out' || !invite.isPrivate ? number : undefined;
  return { user: number, display, isPrivate: invite.isPrivate, asserted, replaced: owned === undefined };
}

/** What a trusted trunk sends is shown; without a number of its own the account's default is. */
function trusted(context: CallContext, display: string): Presentation | undefined {
  const sent = toE164(context.caller, countryOf(context));
  const user = sent ?? defaultNumber(context);
  if (user === undefined) return undefined;
  const { isPrivate } = context.invite;
  return { user, display, isPrivate, asserted: user, replaced: sent === undefined };
}

/** F-114: who helps must be able to call back, so the number is shown as it was sent, whoever owns it. */
function helpPresentation(context: CallContext): Presentation {
  const user = ownedNumber(context) ?? (context.caller.startsWith('+') ? context.caller : defaultNumber(context));
  const shown = user ?? context.caller;
  return { user: shown, display: '', isPrivate: false, asserted: shown, replaced: shown !== context.caller };
}

/** A call between two phones of one account is shown by user name; no number leaves the account. */
function isInsideAccount(context: CallContext): boolean {
  return context.direction === 'internal' && context.did === undefined;
}

/** The first of the numbers the PBX sent that is a DID of the caller's own account. */
function ownedNumber(context: CallContext): string | undefined {
  const { assertedUser, fromUser } = context.invite;
  const accountId = callerTrunk(context)?.accountId;
  for (const user of [assertedUser, fromUser]) {
    const number = toE164(planned(context, user), countryOf(context));
    if (number !== undefined && context.directory.findDid(number)?.accountId === accountId) return number;
  }
  return undefined;
}

function defaultNumber(context: CallContext): string | undefined {
  const accountId = callerTrunk(context)?.accountId;
  if (accountId === undefined) return undefined;
  const account = context.directory.chain(accountId).find((above) => above.defaultCidNumber !== null);
  const number = account?.defaultCidNumber ?? undefined;
  return number === undefined ? undefined : (toE164(number, account?.country ?? null) ?? number);
}
