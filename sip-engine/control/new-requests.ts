import { isIPv4 } from 'node:net';
import { type Incoming, tryUri } from '../dialog/index.ts';
import type { SipMessage } from '../message/index.ts';
import { answerNew, deliverNew } from './deliver-new.ts';
import type { Hub } from './hub.ts';
import { isTokenSafe } from './lead-line.ts';
import type { OutboundApps } from './outbound-apps.ts';
import { type OwnAnswer, optionsAnswer, unservedAnswer } from './unserved.ts';

/** A request outside every dialog: what the engine answers itself, else who gets it. */
export function receiveNew(hub: Hub, outbound: OutboundApps, incoming: Incoming): void {
  const { message } = incoming;
  const own = ownAnswer(hub, message);
  if (own !== undefined) {
    answerNew(hub, incoming, own);
    return;
  }
  if (outbound.take(incoming)) return;
  const client = hub.routes.pick(message.method);
  if (client !== undefined) deliverNew(hub, client, incoming);
  else answerNew(hub, incoming, nobodysAnswer(hub, message));
}

/** Answered whether an application wants it or not. */
function ownAnswer(hub: Hub, message: SipMessage): OwnAnswer | undefined {
  if (!hasSafeIds(message)) return { status: 400, headers: [] };
  const { answerOptionsOf, refuseRegisterWithoutDomain } = hub.deps.options;
  if (message.method === 'OPTIONS' && answerOptionsOf !== undefined) {
    if (message.header('user-agent') === answerOptionsOf) return optionsAnswer(message, hub.routes.verbs());
  }
  if (message.method !== 'REGISTER') return undefined;
  if (refuseRegisterWithoutDomain === true && isIPv4(tryUri(message.uri)?.host ?? '')) {
    return { status: 403, headers: [] };
  }
  return isBadWildcard(message) ? { status: 400, reason: 'Bad Contact Header', headers: [] } : undefined;
}

function nobodysAnswer(hub: Hub, message: SipMessage): OwnAnswer {
  const answersOptions = message.method === 'OPTIONS' && hub.deps.options.answerOptions === true;
  return answersOptions ? optionsAnswer(message, hub.routes.verbs()) : unservedAnswer(message);
}

/** RFC 3261 10.3 step 6: `Contact: *` stands alone, and only to remove everything. */
function isBadWildcard(message: SipMessage): boolean {
  const contacts = message.headerValues('contact');
  if (!contacts.includes('*')) return false;
  return contacts.length > 1 || (message.header('expires') ?? '0').trim() !== '0';
}

/** `|` in an id would shift the tokens of every lead line that carries it. */
function hasSafeIds(message: SipMessage): boolean {
  return isTokenSafe(message.callId) && isTokenSafe(message.fromTag) && isTokenSafe(message.toTag);
}
