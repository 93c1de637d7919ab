import type { SipMessage } from '../../sip-engine/index.ts';
import type { DemoTrunk, Product } from '../support/product.ts';
import type { Test } from '../support/temp-dir.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';
import { SDP } from './call-fleet.ts';

export interface Storm {
  /** Calls that were answered, by Call-ID. */
  readonly admitted: readonly string[];
  /** How often each refusal came. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Calls from the demo world's carrier to one PBX, all begun before any of them has ended: they share one wallet. */
export class WalletStorm {
  readonly #carrier: UserAgent;
  readonly #target: string;
  readonly #answers = new Map<string, SipMessage>();
  readonly #ended = new Set<string>();

  private constructor(carrier: UserAgent, pbx: UserAgent, target: string) {
    this.#carrier = carrier;
    this.#target = target;
    pbx.isHeard = (message) => answer(pbx, message);
    carrier.isHeard = (message) => {
      if (message.isRequest && message.method === 'BYE') this.#ended.add(message.callId);
      return answer(carrier, message);
    };
  }

  static async open(t: Test, product: Product, trunk: DemoTrunk): Promise<WalletStorm> {
    const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
    const caller = { username: '+4915112345678', realm: 'carrier.example', password: '' };
    const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, caller);
    const pbx = await UserAgent.open(t, server, trunk);
    const registered = await pbx.register({ expires: 600 });
    if (registered.answer.status !== 200) throw new Error(`the PBX could not register: ${registered.answer.status}`);
    return new WalletStorm(carrier, pbx, `sip:${trunk.dids[0]}@127.0.0.1:${product.sipPort}`);
  }

  /** So many INVITEs as fast as they can be sent. */
  async begin(count: number, name: string): Promise<Storm> {
    const refused: Record<string, number> = {};
    const admitted: string[] = [];
    const one = async (n: number) => {
      const fields = this.#fieldsOf(`${name}-${n}`);
      const contact = ['contact', `<${this.#carrier.contactUri}>`] as const;
      const got = await this.#carrier.request('INVITE', {
        ...{ ...fields, to: `<${this.#target}>`, cseq: 1, headers: [contact], body: SDP },
      });
      if (got.status !== 200) {
        const why = /"([a-z_]+)"/.exec(got.header('warning') ?? '')?.[1] ?? 'no warning';
        refused[`${got.status} ${why}`] = (refused[`${got.status} ${why}`] ?? 0) + 1;
        return;
      }
      this.#answers.set(fields.callId, got);
      admitted.push(fields.callId);
      const ack = { ...fields, to: got.header('to') ?? '', cseq: 1 };
      this.#carrier.socket.send(this.#carrier.build('ACK', ack).toBuffer());
    };
    await Promise.all(Array.from({ length: count }, (_, n) => one(n)));
    return { admitted, refused };
  }

  /** Resolves when the product has ended all of them. */
  async cut(calls: readonly string[], limitMs: number): Promise<void> {
    await until('every call is cut', () => calls.every((callId) => this.#ended.has(callId)), limitMs);
  }

  /** The caller hangs up. */
  async hangUp(calls: readonly string[]): Promise<void> {
    await Promise.all(
      calls.map((callId) => {
        const to = this.#answers.get(callId)?.header('to') ?? '';
        return this.#carrier.request('BYE', { ...this.#fieldsOf(callId), to, cseq: 2 });
      }),
    );
  }

  #fieldsOf(callId: string) {
    return { uri: this.#target, from: `<sip:+4915112345678@carrier.example>;tag=${callId}`, callId };
  }
}

/** Answers INVITE and BYE at once, as often as they come. @returns whether anybody else is to hear of it */
function answer(agent: UserAgent, message: SipMessage): boolean {
  if (!message.isRequest) return true;
  if (message.method === 'BYE') agent.respond(message, 200);
  if (message.method !== 'INVITE') return message.method !== 'BYE' && message.method !== 'ACK';
  const to = `${message.header('to')};tag=p${message.callId.slice(0, 12)}`;
  agent.respond(
    message,
    200,
    [
      ['to', to],
      ['contact', `<${agent.contactUri}>`],
      ['content-type', 'application/sdp'],
    ],
    SDP,
  );
  return false;
}
