import { Buffer } from 'node:buffer';
import type { EnginePorts } from '../ports.ts';
import type { KeyHash } from './key-hash.ts';
import type { Remains } from './ring-places.ts';
import type { RunningServer } from './server-transaction.ts';

const CALL_BYTES = 4;
const HEAD_BYTES = 6;

/**
 * What is kept of an answered server transaction over an unreliable flow for the 32 s in which its request may be
 * repeated, in bytes: whose call it was (32 bits of the Call-ID's hash), our tag behind its length, and the answer where
 * the layer repeats it: an INVITE is answered again by timer G or by its user, not because it came again.
 */
export function partsOfAnswered(transaction: RunningServer, hash: KeyHash): readonly Uint8Array[] {
  const { request, isInvite, localTag, lastResponse } = transaction;
  const tagBytes = Buffer.byteLength(localTag);
  const head = Buffer.allocUnsafe(HEAD_BYTES + tagBytes);
  head.writeInt32LE(hash.of(request.callId).low, 0);
  head.writeUInt16LE(tagBytes, CALL_BYTES);
  head.write(localTag, HEAD_BYTES);
  return isInvite || lastResponse === undefined ? [head] : [head, lastResponse];
}

/** An answered server transaction, put together again for whoever comes back to it. */
export class AnsweredServer {
  readonly isInvite: boolean;
  /** Answered with a non-2xx final; of an INVITE only. */
  readonly failed: boolean;
  readonly localTag: string;
  readonly #call: number;
  readonly #remains: Remains | undefined;
  readonly #answer: Buffer;

  constructor(kind: { readonly isInvite: boolean; readonly failed: boolean }, remains: Remains | undefined) {
    const bytes = remains === undefined ? Buffer.alloc(HEAD_BYTES) : remains.bytes;
    const tagEnd = HEAD_BYTES + bytes.readUInt16LE(CALL_BYTES);
    this.isInvite = kind.isInvite;
    this.failed = kind.failed;
    this.localTag = bytes.toString('utf8', HEAD_BYTES, tagEnd);
    this.#call = bytes.readInt32LE(0);
    this.#remains = remains;
    this.#answer = bytes.subarray(tagEnd);
  }

  /** A key that is used again in another call is not of this one (RFC 3261 9.2). */
  isOfCall(callId: string, hash: KeyHash): boolean {
    return this.#call === hash.of(callId).low;
  }

  /** The same request again. `onError`: the answer cannot be sent. */
  repeated({ counters }: Pick<EnginePorts, 'counters'>, onError: () => void): void {
    counters.count('retransmissions_in');
    if (this.#answer.length > 0) this.#remains?.flow.send(this.#answer, onError);
  }
}
