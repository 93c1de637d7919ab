import { randomBytes } from 'node:crypto';
import { OutgoingMessage, type SipMessage } from '../../sip-engine/index.ts';
import { type Peer, SipEndpoint, type WireNote } from './endpoint.ts';
import { sdpOffer } from './sdp.ts';

/** What became of one call attempt. */
export interface CarrierCall {
  readonly callId: string;
  readonly status: number;
  readonly reasonPhrase: string;
  /** Values of `Reason` and `Warning`, when the answer had them. */
  readonly why: readonly string[];
  /** Ends an answered call; resolves with the status of the BYE. */
  hangUp(): Promise<number>;
}

/** The carrier: calls DIDs from the loopback address that the demo world knows as a carrier's. */
export class DemoCarrier {
  readonly #endpoint: SipEndpoint;

  private constructor(endpoint: SipEndpoint) {
    this.#endpoint = endpoint;
    endpoint.onRequest((message, source) => {
      if (message.method !== 'ACK') endpoint.send(OutgoingMessage.responseTo(message, 200), source);
    });
  }

  static async open(address: string, server: Peer, notes: WireNote[]): Promise<DemoCarrier> {
    return new DemoCarrier(await SipEndpoint.open('carrier', address, server, notes));
  }

  /** Calls a number and resolves when it was answered or refused. */
  async call(number: string, caller: string): Promise<CarrierCall> {
    const { server } = this.#endpoint;
    const callId = randomBytes(8).toString('hex');
    const uri = `sip:${number}@${server.address}:${server.port}`;
    const from = `<sip:${caller}@${this.#endpoint.address.address}>;tag=${randomBytes(4).toString('hex')}`;
    const invite = this.#newRequest('INVITE', uri, from, `<${uri}>`, callId, 1);
    invite.set('Content-Type', 'application/sdp');
    invite.body = sdpOffer(this.#endpoint.address.address, 30_000);
    const answer = await this.#endpoint.request(invite);
    this.#acknowledge(invite, answer, from);
    return {
      callId,
      status: answer.status,
      reasonPhrase: answer.reason,
      why: [...answer.headerLines('reason'), ...answer.headerLines('warning')],
      hangUp: () => this.#hangUp(answer, from, callId),
    };
  }

  close(): void {
    this.#endpoint.close();
  }

  #acknowledge(invite: OutgoingMessage, answer: SipMessage, from: string): void {
    const accepted = answer.status < 300;
    const uri = accepted ? remoteTarget(answer) : invite.uri;
    const ack = this.#newRequest('ACK', uri, from, answer.header('to') ?? '', answer.callId, 1);
    // RFC 3261 17.1.1.3: the ACK of a refusal belongs to the INVITE's own transaction.
    if (!accepted) ack.set('Via', invite.header('via') ?? '');
    this.#endpoint.send(ack, this.#endpoint.server);
  }

  async #hangUp(answer: SipMessage, from: string, callId: string): Promise<number> {
    const bye = this.#newRequest('BYE', remoteTarget(answer), from, answer.header('to') ?? '', callId, 2);
    return (await this.#endpoint.request(bye)).status;
  }

  #newRequest(method: string, uri: string, from: string, to: string, callId: string, cseq: number): OutgoingMessage {
    const { address, port } = this.#endpoint.address;
    const request = OutgoingMessage.request(method, uri);
    request.add('Via', this.#endpoint.newVia());
    request.add('Max-Forwards', '70');
    request.add('From', from);
    request.add('To', to);
    request.add('Call-ID', callId);
    request.add('CSeq', `${cseq} ${method}`);
    request.add('Contact', `<sip:carrier@${address}:${port}>`);
    return request;
  }
}

function remoteTarget(answer: SipMessage): string {
  return /<([^>]+)>/.exec(answer.header('contact') ?? '')?.[1] ?? '';
}
