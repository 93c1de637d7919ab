import { createHash } from 'node:crypto';
import type { InboundRequest } from '../../auth/index.ts';
import type { PbxMessage, PbxMessageResult, SipMessage } from '../../bus/index.ts';
import { type Reason, type Rejection, reasonEntry, runSteps } from '../../telemetry/index.ts';
import { realmOf } from '../answer.ts';
import { type CallContext, type CallEffects, callerTrunk } from '../call-context.ts';
import { createContext } from '../create-context.ts';
import { bringMessage } from './bring-message.ts';
import type { MessageAnswer, MessageRouterDeps } from './message-port.ts';
import { MinuteRate } from './minute-rate.ts';
import { WHAT_STEPS, WHO_STEPS } from './read-message.ts';
import { readText } from './read-text.ts';
import { RecentMessages } from './recent-messages.ts';

/** Messages of carriers come over their own interfaces, never by SIP. */
const NOT_FOR_CARRIERS: MessageAnswer = {
  status: 405,
  lines: ['Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER'],
};

/** MESSAGE (RFC 3428) of PBXes in, and to PBXes out; pager mode only, inside calls it is the call's affair. */
export class MessageRouter {
  readonly #deps: MessageRouterDeps;
  readonly #recent = new RecentMessages();
  readonly #rate: MinuteRate;

  constructor(deps: MessageRouterDeps) {
    this.#deps = deps;
    this.#rate = new MinuteRate(deps.perMinute);
  }

  /** 202 once it is handed on: whether it can be paid for, and what becomes of it, is told by the message itself. */
  handle(request: InboundRequest, body: Buffer): MessageAnswer {
    const nowMs = this.#deps.nowMs();
    const earlier = this.#recent.find(request, nowMs);
    if (earlier !== undefined) return earlier;
    const context = this.#contextOf(request);
    const waitSec = this.#deps.limits?.countSource(request.sourceAddress) ?? 0;
    if (waitSec > 0) return this.#tooMany(context, waitSec);
    const stranger = this.#deps.unready?.() ?? runSteps(WHO_STEPS, context);
    if (context.source?.kind === 'carrier') return NOT_FOR_CARRIERS;
    const rejection = stranger ?? runSteps(WHAT_STEPS, context);
    const answer = rejection === undefined ? this.#accept(context, body, nowMs) : this.#refuse(context, rejection);
    // What was not proved is judged anew each time.
    if (context.source !== undefined) this.#recent.keep(request, answer, nowMs);
    return answer;
  }

  /** Brings a message to the PBX that its number rings. */
  async bring(message: PbxMessage): Promise<PbxMessageResult> {
    const context = this.#contextOf(imagineRequest(message));
    const result = await bringMessage(context, message, this.#deps.send);
    const trunkId = result.kind === 'no_pbx' ? null : result.trunkId;
    const status = result.kind === 'answered' ? result.status : 0;
    const ends = { direction: 'in', from: message.from, to: message.to, callId: message.uuid, sentence: '' } as const;
    const accountId = context.did?.accountId ?? null;
    this.#deps.onEnded({ ...ends, reason: reasonOf(result), status, accountId, trunkId });
    return result;
  }

  #accept(context: CallContext, body: Buffer, nowMs: number): MessageAnswer {
    const { request } = context.invite;
    const read = readText(request.header('content-type'), body);
    if ('rejection' in read) return this.#refuse(context, read.rejection);
    const trunk = callerTrunk(context);
    const { did } = context;
    if (trunk === undefined || did === undefined) throw new Error('a MESSAGE without sender was accepted');
    const waitSec = this.#rate.take(did.id, nowMs);
    if (waitSec > 0) {
      const sentence = `${context.caller} may send ${this.#deps.perMinute} messages a minute.`;
      const lines = [`Retry-After: ${waitSec}`];
      return this.#refuse(context, { status: 503, reason: 'rate_limited', sentence, lines });
    }
    const owner = { trunkId: trunk.id, accountId: trunk.accountId, didId: did.id };
    const message = { ...owner, to: context.calledNumber, body: read.text };
    this.#deps.accept({ ...message, key: nameOf(request, message), atMs: nowMs });
    this.#ended(context, 'message_accepted', 202, '');
    return { status: 202, lines: [] };
  }

  #refuse(context: CallContext, rejection: Rejection): MessageAnswer {
    const trunk = callerTrunk(context);
    const { sourceAddress } = context.invite.request;
    // What is refused costs nobody money, so that nothing but this would end it.
    const waitSec = trunk && this.#deps.limits?.countIdentity(`MESSAGE ${trunk.id}`, sourceAddress);
    return waitSec ? this.#tooMany(context, waitSec) : this.#say(context, rejection);
  }

  #tooMany(context: CallContext, waitSec: number): MessageAnswer {
    return this.#say(context, { status: 503, reason: 'rate_limited', lines: [`Retry-After: ${waitSec}`] });
  }

  #say(context: CallContext, { status, reason, lines = [], sentence = '' }: Rejection): MessageAnswer {
    this.#ended(context, reason, status, sentence);
    const said = reasonEntry(reason).publicReason;
    const realm = realmOf(context.directory, context.invite);
    return { status, lines: said === undefined ? lines : [...lines, `Warning: 399 ${realm} "${said}"`] };
  }

  #ended(context: CallContext, reason: Reason, status: number, sentence: string): void {
    const trunk = callerTrunk(context);
    this.#deps.onEnded({
      direction: 'out',
      reason,
      status,
      accountId: trunk?.accountId ?? null,
      trunkId: trunk?.id ?? null,
      from: context.caller || context.invite.fromUser,
      to: context.calledNumber || (context.invite.requestUri?.user ?? ''),
      callId: context.invite.request.callId,
      sentence,
    });
  }

  #contextOf(request: InboundRequest): CallContext {
    return createContext('', request, this.#deps.world(), this.#effects());
  }

  /** Nothing of a call is caused by a message. */
  #effects(): CallEffects {
    return {
      authenticate: (context) => this.#deps.auth.authenticate(context.invite.request),
      takeRates: () => undefined,
      checkFunds: () => undefined,
      acquire: () => ({ ok: true }),
      isLoop: () => false,
      nextTurn: () => 0,
      random: () => 0,
      bridge: () => undefined,
    };
  }
}

/** RFC 3428 section 8: repeated it is the same message; a PBX that gives two of them one Call-ID sends two. */
function nameOf({ cseq, callId }: InboundRequest, { trunkId, to, body }: Omit<SipMessage, 'key' | 'atMs'>): string {
  return createHash('sha256')
    .update(JSON.stringify([trunkId, cseq, callId, to, body]))
    .digest('hex');
}

function reasonOf(result: PbxMessageResult): Reason {
  if (result.kind === 'no_pbx') return 'no_pbx';
  if (result.kind === 'offline') return 'trunk_offline';
  if (result.kind === 'silent') return 'pbx_unreachable';
  return result.kind === 'answered' && result.status < 300 ? 'message_delivered' : 'message_refused';
}

/** Resolving a number's destination is asked as for a call; nothing of this is sent. */
function imagineRequest({ from, to, uuid, attempt }: PbxMessage): InboundRequest {
  const headers: Readonly<Record<string, string>> = { from: `<sip:${encodeURIComponent(from)}@localhost>` };
  return {
    method: 'MESSAGE',
    uri: `sip:${to}@localhost`,
    transport: 'udp',
    sourceAddress: '',
    sourcePort: 0,
    localAddress: '',
    localPort: 0,
    flowId: '',
    callId: uuid,
    cseq: attempt,
    branch: '',
    header: (name) => headers[name],
    headerLines: (name) => (headers[name] === undefined ? [] : [headers[name]]),
  };
}
