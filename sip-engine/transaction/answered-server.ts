import type { EnginePorts } from '../ports.ts';
import type { Flow } from '../transport/types.ts';
import type { KeyHash } from './key-hash.ts';
import type { RunningServer } from './server-transaction.ts';

/**
 * What is left of an answered server transaction over an unreliable flow for the 32 s in which its request may be
 * repeated: whose it was, and of what is not an INVITE the answer. Numbers where it can be: there is one of each request
 * of half a minute, and collections of garbage have to copy it.
 */
export class AnsweredServer {
  readonly isInvite: boolean;
  /** Answered with a non-2xx final. */
  readonly failed: boolean;
  readonly localTag: string;
  /** Of the Call-ID, 32 bits. */
  readonly #call: number;
  readonly #spentHigh: number;
  readonly #spentLow: number;
  /** An INVITE is answered again by timer G or by its user, not because it came again. */
  readonly #repeat: { readonly flow: Flow; readonly bytes: Buffer } | undefined;
  /** Where the user wants to hear of the end. */
  readonly heard: RunningServer | undefined;

  constructor(transaction: RunningServer, spentText: string, hash: KeyHash, isHeard: boolean) {
    const { request, flow, lastResponse: bytes } = transaction;
    this.isInvite = transaction.isInvite;
    this.failed = transaction.failed;
    this.localTag = transaction.localTag;
    this.#call = hash.of(request.callId).low;
    const { high, low } = hash.of(this.isInvite ? spentText : '');
    this.#spentHigh = high;
    this.#spentLow = low;
    this.#repeat = this.isInvite || bytes === undefined ? undefined : { flow, bytes };
    this.heard = isHeard ? transaction : undefined;
  }

  /** Of what repetitions of an INVITE are known by when this has ended as well. */
  get spentHash(): { readonly high: number; readonly low: number } {
    return { high: this.#spentHigh, low: this.#spentLow };
  }

  /** A key that is used again in another call is not of this one (RFC 3261 9.2). */
  isOfCall(callId: string, hash: KeyHash): boolean {
    return this.#call === hash.of(callId).low;
  }

  /** The same request again. `onError`: the answer cannot be sent. */
  repeated({ counters }: Pick<EnginePorts, 'counters'>, onError: () => void): void {
    counters.count('retransmissions_in');
    this.#repeat?.flow.send(this.#repeat.bytes, onError);
  }
}
