import type { SipMessage } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import { KeyHash, SpentInvites } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';

const MOST_REMEMBERED = 200_000;

/** INVITEs that were refused without a transaction, for as long as their clients repeat them: as hashes, in bounds. */
export class RefusedInvites {
  readonly #spent: SpentInvites;
  readonly #hash: KeyHash;

  constructor(ports: EnginePorts) {
    this.#spent = new SpentInvites(ports, MOST_REMEMBERED);
    this.#hash = KeyHash.keyed(ports.random);
  }

  add(invite: SipMessage, flow: Flow): void {
    this.#spent.add(this.#hashOf(invite, flow));
  }

  /** Whether it is a copy of one, or its ACK. */
  has(message: SipMessage, flow: Flow): boolean {
    return this.#spent.size > 0 && this.#spent.has(this.#hashOf(message, flow));
  }

  /**
   * What is the same of an INVITE, its copies and its ACK (RFC 3261 17.2.3), and with the source: nobody can have others'
   * calls refused whose branches he guesses.
   */
  #hashOf({ topVia, cseq, callId }: SipMessage, { remoteAddress }: Flow): KeyHash {
    const { branch, host, port } = topVia;
    const hash = this.#hash.begin().text(remoteAddress).text(branch).text(host).number(port);
    return hash.number(cseq).text(callId).end();
  }
}
