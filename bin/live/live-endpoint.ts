import { randomBytes } from 'node:crypto';
import { OutgoingMessage, type SipMessage } from '../../sip-engine/index.ts';
import { answerChallenge, type Credentials } from '../demo/digest-client.ts';
import { type Peer, SipEndpoint } from '../demo/endpoint.ts';
import { sdpOffer } from '../demo/sdp.ts';

/** An INVITE that came in, as the called side sees it. */
export interface HeardInvite {
  readonly endpoint: LiveEndpoint;
  /** User part of From. */
  readonly caller: string;
  /** User part of To. */
  readonly called: string;
}

export interface LiveIdentity extends Credentials {
  readonly realm: string;
}

/** A call to be placed; `login` answers challenges. */
export interface LiveOrder {
  readonly from: string;
  readonly to: string;
  readonly realm: string;
  readonly isPrivate: boolean;
  readonly login?: Credentials | undefined;
}

/** What became of a call attempt. */
export interface LiveCall {
  readonly callId: string;
  readonly answer: SipMessage;
  /** Ends it, if it was answered. */
  hangUp(): Promise<void>;
}

/** Decides about an INVITE: 200 answers it. */
export type Decide = (invite: HeardInvite) => number;

const token = () => randomBytes(6).toString('hex');

/** A caller and callee on one socket: what a PBX, a carrier or a telephone is to the server. */
export class LiveEndpoint {
  readonly #sip: SipEndpoint;
  readonly #decide: Decide;
  readonly #heard = new Set<string>();
  readonly #registerCallId = token();
  #cseq = 0;

  private constructor(sip: SipEndpoint, decide: Decide) {
    this.#sip = sip;
    this.#decide = decide;
    sip.onRequest((request, source) => this.#serve(request, source));
  }

  /** Binds that address, and that port if one is given. */
  static async open(address: string, port: number, server: Peer, decide: Decide): Promise<LiveEndpoint> {
    return new LiveEndpoint(await SipEndpoint.open('live', address, server, [], port), decide);
  }

  get address(): Peer {
    return this.#sip.address;
  }

  /** REGISTER, answered challenge; `expiresSec` 0 unregisters. */
  async register({ username, password, realm }: LiveIdentity, expiresSec: number): Promise<SipMessage> {
    const aor = `<sip:${username}@${realm}>`;
    const build = () => {
      const register = this.#request('REGISTER', `sip:${realm}`, `${aor};tag=${token()}`, aor, this.#registerCallId);
      register.set('Contact', `<sip:${username}@${hostOf(this.address)}:${this.address.port}>`);
      register.add('Expires', String(expiresSec));
      return register;
    };
    const first = await this.#sip.request(build());
    const challenge = first.header('www-authenticate');
    if (first.status !== 401 || challenge === undefined) return first;
    const again = build();
    again.add('Authorization', answerChallenge(challenge, { username, password }, 'REGISTER', `sip:${realm}`));
    return this.#sip.request(again);
  }

  /** INVITE, and its credentials when they are asked for; resolves with the final answer, acknowledged. */
  async call({ from, to, realm, isPrivate, login }: LiveOrder): Promise<LiveCall> {
    const [callId, uri] = [token(), `sip:${encodeURIComponent(to)}@${realm}`];
    const local = `<sip:${encodeURIComponent(from)}@${realm}>;tag=${token()}`;
    const invite = async (authorization?: string) => {
      const request = this.#request('INVITE', uri, local, `<${uri}>`, callId);
      if (isPrivate) request.add('Privacy', 'id');
      if (authorization !== undefined) request.add('Proxy-Authorization', authorization);
      request.set('Content-Type', 'application/sdp');
      request.body = sdpOffer(this.address.address, 30_000);
      const answer = await this.#sip.request(request);
      this.#acknowledge(request, answer, local);
      return answer;
    };
    let answer = await invite();
    const challenge = answer.header('proxy-authenticate');
    if (answer.status === 407 && challenge !== undefined && login !== undefined) {
      answer = await invite(answerChallenge(challenge, login, 'INVITE', uri));
    }
    const target = remoteTarget(answer) ?? uri;
    const hangUp = async () => {
      if (answer.status >= 300) return;
      await this.#sip.request(this.#request('BYE', target, local, answer.header('to') ?? '', callId));
    };
    return { callId, answer, hangUp };
  }

  close(): void {
    this.#sip.close();
  }

  /** RFC 3261 17.1.1.3: the ACK of a refusal belongs to the INVITE's own transaction. */
  #acknowledge(invite: OutgoingMessage, answer: SipMessage, local: string): void {
    const isUp = answer.status < 300;
    const target = (isUp ? remoteTarget(answer) : undefined) ?? invite.uri;
    const ack = this.#request('ACK', target, local, answer.header('to') ?? '', answer.callId, answer.cseq);
    if (!isUp) ack.set('Via', invite.header('via') ?? '');
    this.#sip.send(ack, this.#sip.server);
  }

  #serve(request: SipMessage, source: Peer): void {
    const { method, callId } = request;
    if (method === 'ACK') return;
    if (method !== 'INVITE') {
      this.#reply(request, 200, source);
      return;
    }
    // Sent again, because the answer was not there yet: it is on its way.
    if (this.#heard.has(request.topVia.branch)) return;
    this.#heard.add(request.topVia.branch);
    const status = this.#decide({ endpoint: this, caller: userOf(request, 'from'), called: userOf(request, 'to') });
    if (status === 200) this.#reply(request, 180, source, callId);
    this.#reply(request, status, source, callId);
  }

  #reply(request: SipMessage, status: number, source: Peer, tag = ''): void {
    const response = OutgoingMessage.responseTo(request, status);
    if (request.toTag === '') response.set('To', `${request.header('to') ?? ''};tag=${tag.slice(0, 12)}`);
    if (request.method === 'INVITE') {
      response.set('Contact', `<sip:live@${hostOf(this.address)}:${this.address.port}>`);
      if (status === 200) {
        response.set('Content-Type', 'application/sdp');
        response.body = sdpOffer(this.address.address, 40_000);
      }
    }
    this.#sip.send(response, source);
  }

  #request(method: string, uri: string, from: string, to: string, callId: string, cseq?: number): OutgoingMessage {
    if (cseq === undefined) this.#cseq += 1;
    const request = OutgoingMessage.request(method, uri);
    request.add('Via', this.#sip.newVia());
    request.add('Max-Forwards', '70');
    request.add('From', from);
    request.add('To', to);
    request.add('Call-ID', callId);
    request.add('CSeq', `${cseq ?? this.#cseq} ${method}`);
    request.add('Contact', `<sip:live@${hostOf(this.address)}:${this.address.port}>`);
    request.add('User-Agent', 'didfarm test');
    return request;
  }
}

function hostOf({ address }: Peer): string {
  return address.includes(':') ? `[${address}]` : address;
}

function remoteTarget(answer: SipMessage): string | undefined {
  return /<([^>]+)>/.exec(answer.header('contact') ?? '')?.[1];
}

function userOf(message: SipMessage, header: string): string {
  return decodeURIComponent(/sips?:([^@>;]+)@/.exec(message.header(header) ?? '')?.[1] ?? '');
}
