import { randomBytes } from 'node:crypto';
import { OutgoingMessage, type SipMessage } from '../../sip-engine/index.ts';
import { answerChallenge, type Credentials } from './digest-client.ts';
import { type Peer, SipEndpoint, type WireNote } from './endpoint.ts';
import { sdpOffer } from './sdp.ts';

/** What a PBX of the demonstration is told. */
export interface PbxOptions {
  readonly name: string;
  readonly server: Peer;
  readonly realm: string;
  readonly credentials: Credentials;
  readonly notes: WireNote[];
}

/** A PBX: registers its trunk over UDP with digest, answers every call, ends when told to. */
export class DemoPbx {
  readonly #options: PbxOptions;
  readonly #endpoint: SipEndpoint;
  readonly #registerCallId = randomBytes(8).toString('hex');
  readonly #rung: string[] = [];
  /** Branches of the INVITEs so far: one that is repeated, because the answer was late, rings once. */
  readonly #heard = new Set<string>();
  #cseq = 0;

  private constructor(options: PbxOptions, endpoint: SipEndpoint) {
    this.#options = options;
    this.#endpoint = endpoint;
    endpoint.onRequest((message, source) => this.#serve(message, source));
  }

  static async open(options: PbxOptions): Promise<DemoPbx> {
    return new DemoPbx(options, await SipEndpoint.open(options.name, '127.0.0.1', options.server, options.notes));
  }

  /** Dialled numbers of the calls that rang here, from `P-Called-Party-ID` or `To`. */
  get rung(): readonly string[] {
    return this.#rung;
  }

  /** REGISTER, answered challenge, final status; `expiresSec` 0 unregisters. */
  async register(expiresSec: number): Promise<number> {
    const first = await this.#endpoint.request(this.#registerRequest(expiresSec));
    if (first.status !== 401) return first.status;
    const request = this.#registerRequest(expiresSec);
    const challenge = first.header('www-authenticate') ?? '';
    request.add(
      'Authorization',
      answerChallenge(challenge, this.#options.credentials, 'REGISTER', `sip:${this.#options.realm}`),
    );
    return (await this.#endpoint.request(request)).status;
  }

  close(): void {
    this.#endpoint.close();
  }

  #registerRequest(expiresSec: number): OutgoingMessage {
    const { realm, credentials } = this.#options;
    const { address, port } = this.#endpoint.address;
    const aor = `<sip:${credentials.username}@${realm}>`;
    this.#cseq += 1;
    const request = OutgoingMessage.request('REGISTER', `sip:${realm}`);
    request.add('Via', this.#endpoint.newVia());
    request.add('Max-Forwards', '70');
    request.add('From', `${aor};tag=${randomBytes(4).toString('hex')}`);
    request.add('To', aor);
    request.add('Call-ID', this.#registerCallId);
    request.add('CSeq', `${this.#cseq} REGISTER`);
    request.add('Contact', `<sip:${credentials.username}@${address}:${port}>`);
    request.add('Expires', String(expiresSec));
    request.add('User-Agent', 'didfarm demo PBX');
    return request;
  }

  #serve(message: SipMessage, source: Peer): void {
    if (message.method === 'ACK') return;
    if (message.method !== 'INVITE') {
      this.#reply(message, 200, source);
      return;
    }
    const { branch } = message.topVia;
    if (!this.#heard.has(branch)) this.#rung.push(calledNumber(message));
    this.#heard.add(branch);
    this.#reply(message, 180, source);
    this.#reply(message, 200, source);
  }

  #reply(request: SipMessage, status: number, source: Peer): void {
    const response = OutgoingMessage.responseTo(request, status);
    // One tag for every answer of a call: it is the dialog's (RFC 3261 12.1.1).
    if (request.toTag === '') response.set('To', `${request.header('to') ?? ''};tag=${request.callId.slice(0, 8)}`);
    if (request.method === 'INVITE') {
      const { address, port } = this.#endpoint.address;
      response.set('Contact', `<sip:pbx@${address}:${port}>`);
      if (status === 200) {
        response.set('Content-Type', 'application/sdp');
        response.body = sdpOffer(address, 40_000);
      }
    }
    this.#endpoint.send(response, source);
  }
}

function calledNumber(message: SipMessage): string {
  const header = message.header('p-called-party-id') ?? message.header('to') ?? '';
  return /sips?:([^@>;]+)/.exec(header)?.[1] ?? header;
}
