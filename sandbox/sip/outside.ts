import type { CallRequest } from '../../admin/index.ts';
import { CARRIER_ADDRESS } from '../begin-world.ts';
import { type CallMagic, callMagicOf } from '../magic-numbers.ts';
import { type Agent, openAgent, sdpOf } from './agent.ts';
import { type Meeting, meetCall } from './meet-call.ts';
import { type CallEnd, placeCall } from './place-call.ts';

const MEETINGS: Readonly<Record<CallMagic, Meeting>> = {
  answered: 'answer',
  no_answer: 'ring',
  busy: 486,
  declined: 603,
  unknown: 404,
  congested: 503,
};

/** The telephone network around a test world: calls in, and takes calls out as their number says. */
export class OutsideWorld {
  readonly #agent: Agent;

  private constructor(agent: Agent) {
    this.#agent = agent;
  }

  static async open(): Promise<OutsideWorld> {
    const agent: Agent = await openAgent('didfarm simulated carrier', CARRIER_ADDRESS, (req, res) => {
      const number = /^sips?:([^@;]+)/.exec(req.uri)?.[1] ?? '';
      void meetCall(agent.calls, CARRIER_ADDRESS, MEETINGS[callMagicOf(number)], req, res);
    });
    return new OutsideWorld(agent);
  }

  /** Where calls out are sent to. */
  get port(): number {
    return this.#agent.port;
  }

  /** The same, as `address:port`. */
  get place(): string {
    return `${CARRIER_ADDRESS}:${this.#agent.port}`;
  }

  /** Calls a number of the world, whose SIP side has that port. */
  call({ from, to, talkMs, patienceMs }: CallRequest, serverPort: number): Promise<CallEnd> {
    const proxy = `sip:127.0.0.1:${serverPort}`;
    const uri = `sip:${to}@127.0.0.1:${serverPort}`;
    const headers = {
      From: `<sip:${from}@${CARRIER_ADDRESS}>`,
      To: `<${uri}>`,
      Contact: `<sip:carrier@${CARRIER_ADDRESS}:${this.#agent.port}>`,
    };
    return placeCall(this.#agent.calls, { uri, proxy, headers, sdp: sdpOf(CARRIER_ADDRESS), talkMs, patienceMs });
  }

  close(): Promise<void> {
    return this.#agent.engine.close();
  }
}
