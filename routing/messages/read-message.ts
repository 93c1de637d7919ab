import type { DidRecord } from '../../bus/index.ts';
import { note, type Rejection, type Step } from '../../telemetry/index.ts';
import { authenticate } from '../authenticate.ts';
import { type CallContext, callerTrunk } from '../call-context.ts';
import { identifySource } from '../identify-source.ts';
import { countryOf, planned } from '../normalize-numbers.ts';
import { applyDialPlan } from '../numbers/dial-plan.ts';
import { toE164 } from '../numbers/e164.ts';

/** Who sends a MESSAGE: asked just as of a call. All steps decide at once, from memory. */
export const WHO_STEPS: readonly Step<CallContext>[] = [identifySource, authenticate];

/** From which number to whom, once the PBX is known. */
export const WHAT_STEPS: readonly Step<CallContext>[] = [readReceiver, chooseSender];

/** What happens to a MESSAGE before its text is looked at, in this order. */
export const MESSAGE_STEPS: readonly Step<CallContext>[] = [...WHO_STEPS, ...WHAT_STEPS];

/** RFC 3428 section 4: the Request-URI names the receiver. */
function readReceiver(context: CallContext): Rejection | undefined {
  const { requestUri, request } = context.invite;
  if (requestUri === undefined) {
    return { status: 400, reason: 'bad_request', sentence: 'The Request-URI is neither SIP nor tel.' };
  }
  const demanded = request.headerLines('require').join(', ');
  // RFC 3261 8.2.2.3; only tokens may be echoed.
  if (demanded !== '') {
    const lines = /^[\w.!%*+`'~, -]+$/.test(demanded) ? [`Unsupported: ${demanded}`] : [];
    return { status: 420, reason: 'bad_extension', sentence: `The MESSAGE demands ${demanded}.`, lines };
  }
  const dialled = applyDialPlan(callerTrunk(context)?.routing?.dialPlan, requestUri.user);
  const number = toE164(dialled, countryOf(context));
  if (number === undefined) {
    const sentence = `"${dialled}" is no number in international or national form.`;
    return { status: 484, reason: 'bad_number', sentence };
  }
  context.calledNumber = number;
  note(context, 'readReceiver', requestUri.user, number);
  return undefined;
}

/**
 * A31 for messages: a number that the PBX names has to be its account's, since the answer goes there; one that names
 * none sends from the account's default.
 */
function chooseSender(context: CallContext): Rejection | undefined {
  const { assertedUser, fromUser } = context.invite;
  const named = toE164(planned(context, assertedUser || fromUser), countryOf(context));
  const number = named ?? defaultNumber(context);
  const did = number === undefined ? undefined : context.directory.findDid(number);
  if (number === undefined || did === undefined || did.accountId !== callerTrunk(context)?.accountId) {
    const sentence = `${number ?? fromUser} is not owned by the account of the PBX.`;
    return { status: 403, reason: 'caller_id_forbidden', sentence };
  }
  if (!sendsMessages(did, number)) {
    return { status: 403, reason: 'sms_disabled', sentence: `${number} sends no messages.` };
  }
  context.caller = number;
  context.did = did;
  note(context, 'chooseSender', assertedUser || fromUser, number);
  return undefined;
}

function sendsMessages(did: DidRecord, number: string): boolean {
  return did.smsEnabled === true && did.status === 'active' && did.blockSize === 1 && did.number === number;
}

function defaultNumber(context: CallContext): string | undefined {
  const accountId = callerTrunk(context)?.accountId;
  if (accountId === undefined) return undefined;
  const account = context.directory.chain(accountId).find((above) => above.defaultCidNumber !== null);
  return account?.defaultCidNumber ?? undefined;
}
