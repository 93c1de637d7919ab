import { Buffer } from 'node:buffer';
import { OutgoingMessage, parseMessage, type SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import { Expected } from './response-check.ts';
import type { Remains } from './ring-places.ts';
import type { ForkTaker } from './types.ts';

const LENGTH_BYTES = 4;

/** What is kept of an INVITE of ours whose 2xx has its ACK: how long the INVITE is, the INVITE, the ACK. */
export function partsOfSettled(invite: Buffer, ack: Buffer): readonly Uint8Array[] {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32LE(invite.length, 0);
  return [length, invite, ack];
}

/**
 * An INVITE of ours whose 2xx has its ACK, put together again from its bytes for the first response that comes to it:
 * for each of the thousands to which none comes, they are all that is kept for timer M (RFC 6026).
 */
export class SettledInvite {
  readonly #invite: OutgoingMessage;
  readonly #expected: Expected;
  readonly #ack: Buffer;
  readonly #toTag: string;
  readonly #flow: Flow;
  readonly #takesForks: ForkTaker;
  #fork: ReturnType<ForkTaker> | undefined;

  constructor({ bytes, flow }: Remains, takesForks: ForkTaker) {
    const inviteEnd = LENGTH_BYTES + bytes.readUInt32LE(0);
    this.#invite = OutgoingMessage.fromMessage(parseMessage(bytes.subarray(LENGTH_BYTES, inviteEnd)));
    this.#ack = bytes.subarray(inviteEnd);
    this.#expected = new Expected(this.#invite);
    this.#toTag = parseMessage(this.#ack).toTag;
    this.#flow = flow;
    this.#takesForks = takesForks;
  }

  /** False for what is no answer to the request. */
  receive(response: SipMessage, flow: Flow): boolean {
    if (!this.#expected.isMetBy(response)) return false;
    const isSuccess = response.status >= 200 && response.status < 300;
    if (isSuccess && response.toTag === this.#toTag) this.#flow.send(this.#ack);
    else if (isSuccess) {
      this.#fork ??= this.#takesForks(this.#invite);
      this.#fork(response, flow);
    }
    return true;
  }
}
