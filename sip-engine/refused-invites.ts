import type { SipMessage } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import { type Hash, KeyHash, SpentInvites } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';

const MOST_REMEMBERED = 200_000;

/** What an INVITE was answered with: too many calls, or its caller has cancelled it before its turn came. */
export type Refused = 503 | 487;

/** INVITEs that were refused without a transaction, for as long as their clients repeat them: as hashes, in bounds. */
export class RefusedInvites {
  readonly #busy: SpentInvites;
  readonly #cancelled: SpentInvites;
  readonly #hash: KeyHash;

  constructor(ports: EnginePorts) {
    this.#busy = new SpentInvites(ports, MOST_REMEMBERED);
    this.#cancelled = new SpentInvites(ports, MOST_REMEMBERED);
    this.#hash = KeyHash.keyed(ports.random);
  }

  get isEmpty(): boolean {
    return this.#busy.size === 0 && this.#cancelled.size === 0;
  }

  add(key: Hash, status: Refused): void {
    (status === 503 ? this.#busy : this.#cancelled).add(key);
  }

  /** What was answered. */
  statusOf(key: Hash): Refused | undefined {
    if (this.#busy.size > 0 && this.#busy.has(key)) return 503;
    return this.#cancelled.size > 0 && this.#cancelled.has(key) ? 487 : undefined;
  }

  /**
   * What is the same of an INVITE, its copies, its CANCEL and its ACK (RFC 3261 9.1, 17.2.3), and with the source: nobody can
   * have others' calls refused whose branches he guesses. It is good until the next one is asked for.
   */
  keyOf({ topVia, cseq, callId }: SipMessage, { remoteAddress }: Flow): Hash {
    const { branch, host, port } = topVia;
    const hash = this.#hash.begin().text(remoteAddress).text(branch).text(host).number(port);
    return hash.number(cseq).text(callId).end();
  }
}
