import type { SipMessage } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import { KeyHash, SpentInvites, serverKey } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';

const MOST_REMEMBERED = 200_000;

/** INVITEs that were refused without a transaction, for as long as their clients repeat them: as hashes, in bounds. */
export class RefusedInvites {
  readonly #spent: SpentInvites;

  constructor(ports: EnginePorts) {
    this.#spent = new SpentInvites(ports, MOST_REMEMBERED, KeyHash.keyed(ports.random));
  }

  add(invite: SipMessage, flow: Flow): void {
    this.#spent.add(keyOf(invite, flow));
  }

  /** Whether it is a copy of one, or its ACK. */
  has(message: SipMessage, flow: Flow): boolean {
    return this.#spent.size > 0 && this.#spent.has(keyOf(message, flow));
  }
}

/** With the source: nobody can have others' calls refused whose branches he guesses. */
function keyOf(message: SipMessage, { remoteAddress }: Flow): string {
  return `${remoteAddress}|${serverKey(message, 'INVITE')}`;
}
