import type { SipMessage } from '../../sip-engine/index.ts';
import type { DemoTrunk, Product } from '../support/product.ts';
import type { Test } from '../support/temp-dir.ts';
import { UserAgent } from '../support/user-agent.ts';

export const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** A call that was answered and acknowledged, seen from both ends. */
export interface FleetCall {
  /** Call-ID of the caller's leg. */
  readonly callerLeg: string;
  /** The product's tag in the caller's leg. */
  readonly productTag: string;
  /** Call-ID of the called PBX's leg. */
  readonly calleeLeg: string;
  readonly calleeInvite: SipMessage;
}

/** The demo world's carrier and one PBX, each at one socket, with as many calls between them as wanted. */
export class CallFleet {
  readonly carrier: UserAgent;
  readonly pbx: UserAgent;
  readonly #target: string;
  #count = 0;

  private constructor(carrier: UserAgent, pbx: UserAgent, target: string) {
    this.carrier = carrier;
    this.pbx = pbx;
    this.#target = target;
  }

  /** Both sockets open, the PBX registered. */
  static async open(t: Test, product: Product, trunk: DemoTrunk): Promise<CallFleet> {
    const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
    const carrier = await UserAgent.open(
      t,
      { ...server, localAddress: '127.0.0.2' },
      { username: '+4915112345678', realm: 'carrier.example', password: '' },
    );
    const pbx = await UserAgent.open(t, server, trunk);
    const { answer } = await pbx.register({ expires: 600 });
    if (answer.status !== 200) throw new Error(`the PBX could not register: ${answer.status}`);
    return new CallFleet(carrier, pbx, `sip:${trunk.dids[0]}@127.0.0.1:${product.sipPort}`);
  }

  /** Calls, rings, answers, acknowledges. */
  async talk(): Promise<FleetCall> {
    const callerLeg = `fleet-${++this.#count}-${this.pbx.callId}`;
    const from = `<sip:+4915112345678@carrier.example>;tag=c${this.#count}`;
    const contact = ['contact', `<${this.carrier.contactUri}>`] as const;
    const fields = { uri: this.#target, to: `<${this.#target}>`, from, callId: callerLeg };
    const answered = this.carrier.request('INVITE', { ...fields, cseq: 1, headers: [contact], body: SDP });
    const calleeInvite = await this.pbx.next('INVITE');
    const to = `${calleeInvite.header('to')};tag=p${this.#count}`;
    this.pbx.respond(
      calleeInvite,
      200,
      [
        ['to', to],
        ['contact', `<${this.pbx.contactUri}>`],
        ['content-type', 'application/sdp'],
      ],
      SDP,
    );
    const answer = await answered;
    if (answer.status !== 200) throw new Error(`the call got ${answer.status}`);
    const ack = { ...fields, to: answer.header('to') ?? '', cseq: 1 };
    this.carrier.socket.send(this.carrier.build('ACK', ack).toBuffer());
    await this.pbx.next('ACK');
    const productTag = /;tag=([^;]+)/.exec(answer.header('to') ?? '')?.[1] ?? '';
    return { callerLeg, productTag, calleeLeg: calleeInvite.callId, calleeInvite };
  }

  /** As many calls at a time, a few being set up at once. */
  async talkMany(count: number): Promise<readonly FleetCall[]> {
    const calls: FleetCall[] = [];
    while (calls.length < count) calls.push(await this.talk());
    return calls;
  }
}

/** Answers BYEs at one end until all those calls have got theirs. */
export async function takeByes(agent: UserAgent, legs: readonly string[]): Promise<readonly SipMessage[]> {
  const missing = new Set(legs);
  const byes: SipMessage[] = [];
  while (missing.size > 0) {
    const bye = await agent.next('BYE');
    agent.respond(bye, missing.has(bye.callId) ? 200 : 481);
    if (missing.delete(bye.callId)) byes.push(bye);
  }
  return byes;
}
