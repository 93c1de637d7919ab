import { randomBytes } from 'node:crypto';
import { OutgoingMessage, parseMessage, parseNameAddr, type SipMessage } from '../../sip-engine/index.ts';
import type { HeaderLine, UserAgent } from './user-agent.ts';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n';

/** Demo carriers and what they send. */
export const CARRIER = { username: '+4915112345678', realm: '127.0.0.2', password: '' };

/** One side of an established call (RFC 3261 section 12). */
export class Leg {
  readonly #agent: UserAgent;
  readonly #local: string;
  readonly #remote: string;
  readonly #target: string;
  readonly #callId: string;
  #cseq: number;

  private constructor(agent: UserAgent, callId: string, local: string, remote: string, contact: string, cseq: number) {
    this.#agent = agent;
    this.#callId = callId;
    this.#local = local;
    this.#remote = remote;
    this.#target = parseNameAddr(contact).uri;
    this.#cseq = cseq;
  }

  /** Calls that URI; a refusal is given back as the answer, an answered call as its leg. */
  static async place(agent: UserAgent, uri: string): Promise<Leg | SipMessage> {
    const { callId, from, sent } = invitation(agent, uri);
    const answer = await agent.exchange(sent);
    const to = answer.header('to') ?? '';
    const leg = new Leg(agent, callId, from, to, answer.header('contact') ?? `<${uri}>`, parseMessage(sent).cseq);
    if (answer.status < 300) {
      leg.#acknowledge();
      return leg;
    }
    agent.socket.send(refusedAck(sent, answer));
    return answer;
  }

  /** Takes the call of that INVITE. */
  static async answer(agent: UserAgent, invite: SipMessage, contact: string): Promise<Leg> {
    const local = `${invite.header('to') ?? ''};tag=${randomBytes(4).toString('hex')}`;
    const leg = new Leg(agent, invite.callId, local, invite.header('from') ?? '', invite.header('contact') ?? '', 1000);
    agent.respond(invite, 180, [['to', local]]);
    agent.respond(invite, 200, [['to', local], ...described(contact)], SDP);
    await agent.next('ACK');
    return leg;
  }

  /** Another offer within the call; resolves with the final answer, acknowledged. */
  async reinvite(contact: string): Promise<SipMessage> {
    const answer = await this.#agent.exchange(this.#build('INVITE', described(contact), SDP));
    if (answer.status < 300) this.#acknowledge();
    return answer;
  }

  /** Accepts the other side's re-INVITE. */
  async acceptReinvite(contact: string): Promise<void> {
    this.#agent.respond(await this.#agent.next('INVITE'), 200, described(contact), SDP);
    await this.#agent.next('ACK');
  }

  /** Asks the other side to call that URI (RFC 3515); resolves with the answer to the REFER. */
  refer(target: string): Promise<SipMessage> {
    const headers: HeaderLine[] = [
      ['contact', `<${this.#agent.contactUri}>`],
      ['refer-to', `<${target}>`],
    ];
    return this.#agent.exchange(this.#build('REFER', headers));
  }

  hangUp(): Promise<SipMessage> {
    return this.#agent.exchange(this.#build('BYE', []));
  }

  async acceptHangUp(): Promise<void> {
    this.#agent.respond(await this.#agent.next('BYE'), 200);
  }

  #acknowledge(): void {
    this.#cseq -= 1;
    this.#agent.socket.send(this.#build('ACK', []));
  }

  #build(method: string, headers: readonly HeaderLine[], body = ''): Buffer {
    this.#cseq += 1;
    const fields = { uri: this.#target, from: this.#local, to: this.#remote, callId: this.#callId };
    const message = this.#agent.build(method, { ...fields, cseq: this.#cseq, headers });
    message.body = Buffer.from(body);
    return message.toBuffer();
  }
}

/** A call of `caller` to that URI, which rings at `callee`, up on both sides. */
export async function callUp(caller: UserAgent, uri: string, callee: UserAgent, contact: string) {
  const placed = Leg.place(caller, uri);
  const answered = await Leg.answer(callee, await callee.next('INVITE'), contact);
  const calling = await placed;
  if (!(calling instanceof Leg)) throw new Error(`answered ${calling.status}`);
  return { caller: calling, callee: answered };
}

function invitation(agent: UserAgent, uri: string) {
  const callId = `${randomBytes(6).toString('hex')}@call`;
  const { username, realm } = agent.identity;
  const from = `<sip:${username}@${realm}>;tag=${randomBytes(4).toString('hex')}`;
  const headers: HeaderLine[] = [['contact', `<${agent.contactUri}>`]];
  const sent = agent.build('INVITE', { uri, to: `<${uri}>`, from, callId, headers, body: SDP }).toBuffer();
  return { callId, from, sent };
}

function described(contact: string): HeaderLine[] {
  return [
    ['contact', `<${contact}>`],
    ['content-type', 'application/sdp'],
  ];
}

/** ACK to a final answer that is no success (RFC 3261 section 17.1.1.3). */
export function refusedAck(invite: Buffer, answer: SipMessage): Buffer {
  const request = parseMessage(invite);
  const ack = OutgoingMessage.request('ACK', request.uri);
  ack.add('via', request.headerLines('via')[0] ?? '');
  ack.add('from', request.header('from') ?? '');
  ack.add('to', answer.header('to') ?? '');
  ack.add('call-id', request.callId);
  ack.add('cseq', `${request.cseq} ACK`);
  ack.add('max-forwards', '70');
  return ack.toBuffer();
}
